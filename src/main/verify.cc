// postbag verify

#include <algorithm>
#include <cstdio>

#include <sysexits.h>

#include "main/config/config.h"
#include "main/report_error.h"
#include "main/subcommands.h"
#include "postbag/accounts.h"

namespace postbag::daemon {

namespace {

/// Prints the findings about one account, or about the list of accounts.
class Report {
 public:
  explicit Report(std::string subject) : subject_(std::move(subject)) {}

  void operator()(const Finding& finding) {
    std::printf("%s: %s%.*s\n", subject_.c_str(), finding.harmless ? "note: " : "",
                static_cast<int>(finding.text.size()), finding.text.data());
    if (!finding.harmless) ++deviations_;
  }
  /// EX_DATAERR when there were deviations.
  int code() const { return deviations_ == 0 ? EX_OK : EX_DATAERR; }

 private:
  std::string subject_;
  unsigned long long deviations_ = 0;
};

/// Contradictions count more than what could not be checked: the one who asks must hear of them.
int worse_of(int one, int other) {
  return one == EX_DATAERR || other == EX_DATAERR ? EX_DATAERR : std::max(one, other);
}

int verify_one(const std::string& user, const std::string& data_dir, VerifyOptions options,
               const AccountNames& names) {
  if (options.recount)
    if (const auto done = recount_account(data_dir, user, names); !done) return report_error(done.error());
  Report report(user);
  const auto print = [&](const Finding& finding) { report(finding); };
  const auto found = verify_account(data_dir, user, !options.quick, print, names);
  if (!found) return worse_of(report.code(), report_error(found.error()));
  std::printf("%s: %llu messages in %llu mailboxes, %llu bodies, %llu deviations\n", user.c_str(),
              static_cast<unsigned long long>(found->messages), static_cast<unsigned long long>(found->mailboxes),
              static_cast<unsigned long long>(found->bodies), static_cast<unsigned long long>(found->deviations));
  return report.code();
}

int verify_list(const std::string& data_dir) {
  Report report("accounts");
  const auto done = verify_accounts(data_dir, [&](const Finding& finding) { report(finding); });
  return done ? report.code() : worse_of(report.code(), report_error(done.error()));
}

}  // namespace

int verify(const std::string& user, const std::string& data_dir, VerifyOptions options) {
  if (!user.empty()) {
    const Expected<AccountNames> rules = remembered_names(data_dir);
    return rules ? verify_one(user, data_dir, options, *rules) : report_error(rules.error());
  }
  int worst = verify_list(data_dir);
  const Expected<AccountFile> accounts = AccountFile::open(data_dir);
  if (!accounts) return worse_of(worst, report_error(accounts.error()));
  const auto names = accounts->list();
  if (!names) return worse_of(worst, report_error(names.error()));
  for (const std::string& name : *names) worst = worse_of(worst, verify_one(name, data_dir, options, {}));
  return worst;
}

}  // namespace postbag::daemon
