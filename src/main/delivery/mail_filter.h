// Mail as programs hand it to `postbag deliver`, made into what is stored. RFC 5322 section 2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postbag::daemon {

/// Over any number of pieces: lines that end in LF, or in more than one CR and LF, end in CRLF; a CR elsewhere
/// stays. An mbox line ("From somebody date") at the very beginning goes, as it is no header field: procmail,
/// fetchmail and others hand it over.
class MailFilter {
 public:
  std::string filter(std::string_view bytes);
  /// What was held back for what might have come.
  std::string finish();

 private:
  enum class At : unsigned char { start, mbox_line, mail };

  void take(char c, std::string& out);
  void take_start(char c, std::string& out);

  At at_ = At::start;
  std::string start_;        ///< of the first line, while it may be an mbox line
  std::size_t returns_ = 0;  ///< CRs that wait for an LF
};

}  // namespace postbag::daemon
