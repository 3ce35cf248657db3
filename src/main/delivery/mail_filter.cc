#include "main/delivery/mail_filter.h"

namespace postbag::daemon {

namespace {

constexpr std::string_view mbox_start = "From ";
/// No more is held back, because no line is longer. RFC 5322 section 2.1.1.
constexpr std::size_t longest_line = 998;

/// True when the first line can still be an mbox line or a header field, given that this was so without its last
/// byte. "From :" is a header field: RFC 5322 section 4.5.2, obs-from.
bool may_be_mbox_line(std::string_view start) {
  if (start.size() <= mbox_start.size()) return mbox_start.starts_with(start);
  return (start.back() == ' ' || start.back() == '\t') && start.size() < longest_line;
}

/// True when the start is an mbox line, given that this was undecided without its last byte.
bool is_mbox_line(std::string_view start) {
  return start.size() > mbox_start.size() && start.starts_with(mbox_start) && start.back() != ':';
}

}  // namespace

void MailFilter::take(char c, std::string& out) {
  if (c == '\r') {
    if (returns_ < longest_line)
      ++returns_;
    else
      out += c;  // more than longest_line CRs: one is passed on
    return;
  }
  if (c == '\n') returns_ = 1;
  out.append(returns_, '\r');
  out += c;
  returns_ = 0;
}

/// The first line may be an mbox line until a byte decides it.
void MailFilter::take_start(char c, std::string& out) {
  start_ += c;
  if (may_be_mbox_line(start_)) return;
  const bool drop = is_mbox_line(start_);
  at_ = drop && c != '\n' ? At::mbox_line : At::mail;
  if (drop) return;
  for (const char held : start_) take(held, out);
}

std::string MailFilter::filter(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 32);
  for (const char c : bytes) switch (at_) {
      case At::mail: take(c, out); break;
      case At::start: take_start(c, out); break;
      case At::mbox_line:
        if (c == '\n') at_ = At::mail;
    }
  return out;
}

std::string MailFilter::finish() {
  std::string out;
  if (at_ == At::start)
    for (const char held : start_) take(held, out);
  out.append(returns_, '\r');
  at_ = At::mail;
  start_.clear();
  returns_ = 0;
  return out;
}

}  // namespace postbag::daemon
