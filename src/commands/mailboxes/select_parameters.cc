#include "commands/mailboxes/select_parameters.h"

#include <string_view>
#include <utility>

#include "commands/arguments.h"
#include "protocol/parse/sequence_set.h"
#include "protocol/parse/values.h"
#include "session/session.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;

/// Nothing when it has too many ranges. The grammar leaves no "*" in it.
template <class N>
std::optional<RangeSet<N>> known_set(const Session& session, std::string_view text) {
  const auto set = protocol::SequenceSet::from(text, session.context().limits.set_ranges);
  if (!set) return std::nullopt;
  return set->resolve<N>(std::nullopt);
}

const Reply too_many_ranges = Reply::no("Too many ranges in the set", "LIMIT");

std::expected<SequenceMatch, Reply> sample_of(const Session& session, grammar::SeqMatchData data) {
  if (session.uid_only()) return std::unexpected(uid_required());
  auto numbers = known_set<SeqNum>(session, data.known_sequence_set().text());
  auto uids = known_set<Uid>(session, data.known_uid_set().text());
  if (!numbers || !uids) return std::unexpected(too_many_ranges);
  if (numbers->size() != uids->size()) return std::unexpected(Reply::bad("The two sets do not correspond"));
  return SequenceMatch{.numbers = std::move(*numbers), .uids = std::move(*uids)};
}

std::expected<QuickResync, Reply> resync_of(const Session& session, grammar::QresyncParam parameter) {
  if (!session.qresync()) return std::unexpected(Reply::bad("QRESYNC is not enabled"));
  QuickResync out;
  out.validity = UidValidity(static_cast<std::uint32_t>(
      protocol::number_value(parameter.uidvalidity().text(), UidValidity::max_value).value()));
  out.since = protocol::number_value(parameter.mod_sequence_value().text(), ModSeq::max_value).value();
  if (const auto known = parameter.known_uids()) {
    out.known = known_set<Uid>(session, known->text());
    if (!out.known) return std::unexpected(too_many_ranges);
  }
  if (const auto data = parameter.seq_match_data()) {
    auto sample = sample_of(session, *data);
    if (!sample) return std::unexpected(sample.error());
    out.sample = std::move(*sample);
  }
  return out;
}

}  // namespace

std::expected<SelectParameters, Reply> select_parameters(const Session& session,
                                                         protocol::Children<grammar::SelectParam> parameters) {
  SelectParameters out;
  for (const auto parameter : parameters) {
    const auto resync = parameter.qresync_param();
    if (resync ? out.resync.has_value() : out.condstore)
      return std::unexpected(Reply::bad("A parameter is given twice"));
    if (!resync) {
      out.condstore = true;
      continue;
    }
    auto value = resync_of(session, *resync);
    if (!value) return std::unexpected(value.error());
    out.resync = std::move(*value);
  }
  return out;
}

}  // namespace postbag
