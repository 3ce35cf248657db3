#include "commands/fetch/fetch_writer.h"

#include <algorithm>

#include "commands/fetch/fetch_answer.h"
#include "core/slice.h"

namespace postbag {

namespace {

/// Messages looked up at once: few when each brings its structure along.
constexpr std::size_t batch_size = 512;
constexpr std::size_t batch_with_structure = 64;
/// Written without a look at the clock: few, as THREADID may have to wait for the disk at each.
constexpr std::size_t messages_at_a_time = 8;

/// What setting \Seen changed, where it was not asked for: RFC 9051 section 6.4.5, and RFC 7162 section 3.2.4.
FetchItems unasked_items(const FetchPlan& plan) {
  FetchItems items;
  const auto add = [&](FetchKind kind) {
    if (!has_kind(plan.items, kind)) items.push_back(fetch_item(kind));
  };
  add(FetchKind::flags);
  if (!plan.features.has(Feature::condstore)) return items;
  if (!plan.features.has(Feature::uid_only)) add(FetchKind::uid);
  add(FetchKind::modseq);
  return items;
}

bool needs_structure(const FetchItem& item) { return item.row->needs == FetchNeeds::structure; }

}  // namespace

FetchWriter::FetchWriter(FetchPlan plan)
    : plan_(std::move(plan)),
      unasked_(plan_.newly_seen.empty() ? FetchItems() : unasked_items(plan_)),
      structured_(std::ranges::any_of(plan_.items, needs_structure)) {}

bool FetchWriter::write(storage::ReadTransaction& tx, std::string& out, std::size_t budget) {
  response_start_ = out.size();
  const SliceEnd end_of_slice = slice_end();  // decoding can take long and yield little
  const auto in_time = [&] { return out.size() < budget && !(asks_for_time() && is_over(end_of_slice)); };
  while (in_time() || (within_ && empty_)) {
    if (literal_) {
      write_literal(tx, out);
    } else if (!within_) {
      if (!next_message(tx, out)) return false;
      begin(out);
    } else if (item_ < plan_.items.size()) {
      write_item(tx, plan_.items[item_++], out);
    } else {
      end(tx, out);
    }
  }
  return true;
}

/// Reading the clock takes as long as writing flags, so that it is read at some messages only where nothing is
/// decoded.
bool FetchWriter::asks_for_time() const { return structured_ || at_ % messages_at_a_time == 0; }

// The messages

bool FetchWriter::next_message(storage::ReadTransaction& tx, std::string& out) {
  if (at_ + 1 < batch_.size()) {
    ++at_;
    return true;
  }
  return load(tx, out);
}

/// The next batch. False when there is no message left.
bool FetchWriter::load(storage::ReadTransaction& tx, std::string& out) {
  batch_.clear();
  at_ = 0;
  if (!from_) return false;
  auto slice = tx.messages(plan_.mailbox.id, plan_.uids, structured_ ? batch_with_structure : batch_size, *from_);
  gone_ = !slice;
  if (gone_) return false;
  tell_keywords(tx, out);
  for (const storage::Message& found : slice->messages) batch_.push_back({.entry = found});
  from_ = slice->next;
  if (structured_) load_structures(tx);
  return !batch_.empty();
}

/// All at once, which is faster than one by one.
void FetchWriter::load_structures(storage::ReadTransaction& tx) {
  std::vector<BodyId> bodies;
  for (const KnownMessage& known : batch_) bodies.push_back(known.entry.body);
  std::vector<std::string> structures = tx.structures(bodies);
  for (std::size_t i = 0; i < batch_.size(); ++i)  // one that is missing is reported when an item asks for it
    if (!structures[i].empty()) batch_[i].structure = std::move(structures[i]);
}

void FetchWriter::tell_keywords(storage::ReadTransaction& tx, std::string& out) {
  if (tx.state(plan_.mailbox.id)->keywords <= plan_.keywords.size()) return;
  plan_.keywords = *tx.keywords(plan_.mailbox.id);
  protocol::Writer(out).raw("* FLAGS ").flag_list(SystemFlags::all(), plan_.keywords).crlf();
}

SeqNum FetchWriter::sequence_number() {
  while (plan_.runs[run_].uids.last < message().uid) ++run_;
  const ViewRun& run = plan_.runs[run_];
  return SeqNum(run.first.value() + (message().uid.value() - run.uids.first.value()));
}

// One response

void FetchWriter::begin(std::string& out) {
  response_start_ = out.size();
  within_ = true;
  empty_ = true;
  item_ = 0;
  protocol::Writer writer(out);
  if (plan_.features.has(Feature::uid_only))
    writer.raw("* ").number(message().uid.value()).raw(" UIDFETCH (");
  else
    writer.raw("* ").number(sequence_number().value()).raw(" FETCH (");
}

void FetchWriter::write_item(storage::ReadTransaction& tx, const FetchItem& item, std::string& out) {
  const std::size_t start = out.size();
  StoredMessage stored(tx, batch_[at_]);
  FetchAnswer answer{.item = item, .plan = plan_, .message = stored, .out = protocol::Writer(out, plan_.charset)};
  if (!empty_) answer.out.sp();
  answer.out.raw(item.label).sp();
  item.row->write(answer);
  if (answer.unknown_encoding) {
    out.resize(start);
    unknown_encoding_ = true;
    return;
  }
  empty_ = false;
  literal_ = std::move(answer.literal);
}

void FetchWriter::write_literal(storage::ReadTransaction& tx, std::string& out) {
  if (literal_->is_over())
    literal_.reset();
  else
    literal_->write_piece(StoredMessage(tx, batch_[at_]), out);
}

void FetchWriter::end(storage::ReadTransaction& tx, std::string& out) {
  within_ = false;
  ++written_;
  if (plan_.newly_seen.contains(message().uid))
    for (const FetchItem& item : unasked_) write_item(tx, item, out);
  // A response of nothing is no response; write() does not end a slice within one.
  if (empty_)
    out.resize(response_start_);
  else
    protocol::Writer(out).raw(")").crlf();
}

}  // namespace postbag
