// Converts mail as programs pass it to `postbag deliver` to what is stored. RFC 5322 section 2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postbag::daemon {

/// Works over any number of pieces. Lines that end in LF, or in several CRs and LF, get CRLF; a CR elsewhere
/// stays. An mbox line ("From somebody date") at the very beginning is removed because it is no header field:
/// procmail, fetchmail and others send it.
class MailFilter {
 public:
  std::string filter(std::string_view bytes);
  /// The bytes that were held back until more arrived.
  std::string finish();

 private:
  enum class At : unsigned char { start, mbox_line, mail };

  void take(char c, std::string& out);
  void take_start(char c, std::string& out);

  At at_ = At::start;
  std::string start_;        ///< of the first line, while it may be an mbox line
  std::size_t returns_ = 0;  ///< CRs that may belong to the next LF
};

}  // namespace postbag::daemon
