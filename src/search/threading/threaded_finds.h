// What THREAD finds, put into threads. RFC 5256 section 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/finds.h"
#include "search/threading/threading.h"

namespace postbag::search {

/// The algorithm of that name; nothing for one that we do not know.
std::optional<ThreadBy> thread_by(std::string_view name);

class ThreadedFinds final : public Finds {
 public:
  explicit ThreadedFinds(ThreadBy by) : threading_(by) {}

  void take(const storage::Message& message, storage::ReadTransaction& tx, Relevancy relevancy) override;
  bool is_arranged() const override { return is_arranged_; }
  void arrange() override { is_arranged_ = !threading_.step(); }
  bool is_too_much() const override { return threading_.nodes() > most_nodes; }

  /// thread-list once it is arranged, `number` being what the client reads for a message.
  std::string wire(const std::function<std::uint32_t(Uid)>& number) const;

 private:
  /// Messages and the identifiers they refer to, in one THREAD; about 300 MB.
  static constexpr std::size_t most_nodes = 4'000'000;

  Threading threading_;
  std::vector<Uid> uids_;  ///< by the index that threading_ has for the message
  bool is_arranged_ = false;
};

}  // namespace postbag::search
