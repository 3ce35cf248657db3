// An account as an older postbag left it: README.md.
#pragma once

#include <filesystem>
#include <string>

namespace postbag::storage::test {

/// Makes the account of format `version` in `directory`, which exists.
void make_old_account(const std::filesystem::path& directory, int version);
/// What that postbag read in it, as AccountState::text().
std::string old_account_text(int version);
/// Runs SQL on the account's database, past the store.
void run_sql(const std::filesystem::path& directory, const std::string& sql);
/// The number in the first row and column of the answer.
long long ask_sql(const std::filesystem::path& directory, const std::string& sql);

}  // namespace postbag::storage::test
