#include "session/upload.h"

#include <memory>
#include <utility>

#include "protocol/mime/stored_structure.h"
#include "protocol/mime/text/preview.h"
#include "protocol/mime/thread_keys.h"

namespace postbag {

namespace {

constexpr std::size_t piece = 64 * 1024;
/// Of the messages of one APPEND that wait for its end.
constexpr std::size_t memory = std::size_t{4} * 1024 * 1024;

}  // namespace

void Upload::require_whole() const {
  if (failure_) std::rethrow_exception(failure_);
}

async::Task<void> Upload::take(std::string_view bytes, bool last) {
  require_whole();
  pending_.append(bytes);
  size_ += bytes.size();
  if (!with_nul_ && bytes.contains('\0')) with_nul_ = complete_;
  if (last) {
    ends_.push_back(pending_.size());
    ++complete_;
  }
  if (pending_.size() >= piece) co_await hand_over();
}

async::Task<const std::vector<storage::StagedBody>*> Upload::messages() {
  require_whole();
  if (!ends_.empty()) co_await hand_over();
  co_return &messages_;
}

std::size_t Upload::memory_left() const {
  std::size_t held = 0;
  for (const storage::StagedBody& message : messages_) held += message.memory();
  return memory > held ? memory - held : 0;
}

Upload::~Upload() {
  if (messages_.empty() && !open_) return;
  using Remains = std::pair<std::vector<storage::StagedBody>, std::optional<Open>>;
  account_->destroy_on_worker(std::make_shared<Remains>(std::move(messages_), std::move(open_)));
}

async::Task<void> Upload::hand_over() {
  try {
    co_await account_->with_store([&](storage::Store& store) { write_on_worker(store); });
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
  pending_ = {};
  ends_.clear();
}

void Upload::write_on_worker(storage::Store& store) {
  std::string_view rest = pending_;
  std::size_t done = 0;
  for (const std::size_t end : ends_) {
    write(store, rest.substr(0, end - done));
    finish();
    rest.remove_prefix(end - done);
    done = end;
  }
  if (!rest.empty()) write(store, rest);
}

void Upload::write(storage::Store& store, std::string_view bytes) {
  if (!open_) open_.emplace(Open{store.stage(memory_left()), mime::Parser(mime::parser_limits(limits_))});
  open_->writer->append(bytes);
  open_->parser.feed(bytes);
}

void Upload::finish() {
  mime::Structure structure = std::move(open_->parser).finish();
  structure.preview = mime::preview(structure, [this](mime::ByteRange range) {
    return open_->writer->read(range.offset, static_cast<std::size_t>(range.size));
  });
  limits_met_.add(structure.limits_met);
  messages_.push_back(open_->writer->finish(mime::encode(structure), mime::thread_keys(structure)));
  open_.reset();
}

}  // namespace postbag
