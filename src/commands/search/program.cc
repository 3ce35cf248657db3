#include "commands/search/program.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "commands/arguments.h"
#include "commands/utf8_accept.h"
#include "protocol/parse/sequence_set.h"
#include "protocol/parse/values.h"
#include "protocol/text/charset/charset.h"
#include "search/charset.h"
#include "search/parser.h"
#include "session/client.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;
using search::InSet;
using search::Refusal;

Reply reply_for(const Refusal& refusal) {
  switch (refusal.why) {
    case Refusal::Why::uid_required: return uid_required();
    case Refusal::Why::limit: return Reply::no(refusal.words, "LIMIT");
    case Refusal::Why::bad: break;
  }
  return Reply::bad(refusal.words);
}

/// Sets and `$` as the scope of the search has them.
class ScopeSets final : public search::Sets {
 public:
  ScopeSets(Client& client, const SearchScope& scope) : client_(client), scope_(scope) {}

  std::expected<InSet, Refusal> of_uids(std::string_view written) override {
    return scope_.reaches_on ? open_set(written) : resolved(written, ByUid::yes);
  }
  std::expected<InSet, Refusal> of_numbers(std::string_view written) override {
    client_.command().hold_removals();  // UID SEARCH may name numbers too
    if (client_.uid_only()) return std::unexpected(Refusal{Refusal::Why::uid_required});
    return resolved(written, ByUid::no);
  }

 private:
  std::size_t set_ranges() const { return client_.context().limits.set_ranges; }

  std::expected<InSet, Refusal> resolved(std::string_view written, ByUid by_uid) {
    auto uids = message_set(client_, scope_.view, scope_.saved, written, by_uid, Beyond::nothing);
    if (!uids) return search::too_many(std::move(uids.error().text));
    // Each set holds its part of the view; a few times the whole view is all that an honest search needs.
    return counted(InSet{std::move(*uids)}, 4 * scope_.view.uids().ranges().size() + set_ranges());
  }

  /// UIDs as they are written: what is still to come is among them.
  std::expected<InSet, Refusal> open_set(std::string_view written) {
    auto set = protocol::SequenceSet::from(written, set_ranges());
    if (!set) return search::too_many("Too many ranges in the set");
    if (set->is_saved_result()) return InSet{scope_.saved.intersect(scope_.view.uids())};
    UidSet uids = set->resolve<Uid>(scope_.view.last_uid());
    if (!set->has_star()) set.reset();
    return counted(InSet{std::move(uids), std::move(set)}, set_ranges());
  }

  std::expected<InSet, Refusal> counted(InSet set, std::size_t most_ranges) {
    ranges_ += set.uids.ranges().size();
    if (ranges_ > most_ranges) return search::too_many("Too many sets of messages");
    return set;
  }

  Client& client_;
  const SearchScope& scope_;
  std::size_t ranges_ = 0;
};

template <class Command>
SearchProgram program_of(Client& client, const SearchScope& scope, Command command) {
  if (auto refused = refuse_charset(client, command.charset())) return std::unexpected(*std::move(refused));
  const std::optional<grammar::Charset> named = command.charset();
  std::string charset = named ? protocol::string_value(named->text()) : std::string();
  if (named && !protocol::is_known_charset(charset))
    return std::unexpected(Reply::no("Unknown charset", "BADCHARSET (" + search::usual_charsets() + ")"));
  ScopeSets sets(client, scope);
  auto program = search::Parser(client.context().limits, std::move(charset), sets).all(command.search_key());
  if (!program) return std::unexpected(reply_for(program.error()));
  return std::move(*program);
}

SearchScope selected_scope(Client& client, const SearchReturn& wanted) {
  const SelectedMailbox& selected = client.selected();
  return {.view = selected.view(), .saved = selected.saved(), .reaches_on = wanted.update};
}

}  // namespace

SearchProgram search_program(Client& client, grammar::Search command, const SearchReturn& wanted) {
  return program_of(client, selected_scope(client, wanted), command);
}
SearchProgram search_program(Client& client, grammar::Esearch command, const SearchScope& scope) {
  return program_of(client, scope, command);
}
SearchProgram search_program(Client& client, grammar::Sort command, const SearchReturn& wanted) {
  return program_of(client, selected_scope(client, wanted), command);
}
SearchProgram search_program(Client& client, grammar::Thread command) {
  return program_of(client, selected_scope(client, {}), command);
}

}  // namespace postbag
