// What a client of the session target hears, checked as it comes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compress/deflate.h"
#include "input.h"
#include "responses.h"

namespace postbag::fuzz {

class Hearing {
 public:
  /// `check` is given each response, whole, as soon as its end came.
  explicit Hearing(std::function<void(std::string_view)> check) : check_(std::move(check)) {}

  void hear(std::string_view bytes) {
    pending_ += inflater_ ? inflated(bytes) : std::string(bytes);
    std::size_t taken = 0;
    while (const auto length = test::response_length(std::string_view(pending_).substr(taken))) {
      take(std::string_view(pending_).substr(taken, *length));
      taken += *length;
    }
    pending_.erase(0, taken);
    if (switches_) switch_compression();
  }
  /// What the client says, as it has to be sent.
  std::string said(std::string_view bytes) {
    if (!deflater_) return std::string(bytes);
    std::string out;
    deflater_->compress(bytes, out);
    return out;
  }
  bool is_compressed() const { return deflater_.has_value(); }
  /// A beginning of a response.
  const std::string& pending() const { return pending_; }

 private:
  void take(std::string_view response) {
    const std::string fault = responses_.fault(response);
    if (!fault.empty())
      std::fprintf(stderr, "%s: %.*s\n", fault.c_str(), static_cast<int>(response.size()), response.data());
    require(fault.empty(), "the response grammar");
    check_(response);
    switches_ = response.ends_with(" OK DEFLATE active\r\n") ||
                (inflater_ && response.ends_with(" OK UNAUTHENTICATE completed\r\n"));
  }
  void switch_compression() {
    require(pending_.empty(), "nothing follows before the compression changes");
    switches_ = false;
    if (inflater_) {
      inflater_.reset();
      deflater_.reset();
    } else {
      inflater_.emplace();
      deflater_.emplace();
    }
  }
  std::string inflated(std::string_view bytes) {
    std::string out;
    std::array<char, 4096> buffer{};
    for (auto outcome = compress::Inflater::Outcome::progress; outcome == compress::Inflater::Outcome::progress;) {
      const auto step = inflater_->decompress(bytes, std::span(buffer));
      out.append(buffer.data(), step.given);
      bytes.remove_prefix(step.used);
      outcome = step.outcome;
      require(outcome <= compress::Inflater::Outcome::starved, "DEFLATE");
    }
    return out;
  }

  std::function<void(std::string_view)> check_;
  test::Responses responses_;
  std::string pending_;
  bool switches_ = false;
  std::optional<compress::Inflater> inflater_;  ///< while the connection is compressed
  std::optional<compress::Deflater> deflater_;
};

}  // namespace postbag::fuzz
