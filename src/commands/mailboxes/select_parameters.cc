#include "commands/mailboxes/select_parameters.h"

#include <string_view>
#include <utility>

#include "commands/arguments.h"
#include "protocol/parse/sequence_set.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;

/// Nothing when it has too many ranges. The grammar leaves no "*" in it.
template <class N>
std::optional<RangeSet<N>> known_set(const Client& client, std::string_view text) {
  const auto set = protocol::SequenceSet::from(text, client.context().limits.set_ranges);
  if (!set) return std::nullopt;
  return set->resolve<N>(std::nullopt);
}

const Reply too_many_ranges = Reply::no("Too many ranges in the set", "LIMIT");

std::expected<SequenceMatch, Reply> sample_of(const Client& client, grammar::SeqMatchData data) {
  if (client.uid_only()) return std::unexpected(uid_required());
  auto numbers = known_set<SeqNum>(client, data.known_sequence_set().text());
  auto uids = known_set<Uid>(client, data.known_uid_set().text());
  if (!numbers || !uids) return std::unexpected(too_many_ranges);
  if (numbers->size() != uids->size()) return std::unexpected(Reply::bad("The two sets do not correspond"));
  return SequenceMatch{.numbers = std::move(*numbers), .uids = std::move(*uids)};
}

std::expected<QuickResync, Reply> resync_of(const Client& client, grammar::QresyncParam parameter) {
  if (!client.qresync()) return std::unexpected(Reply::bad("QRESYNC is not enabled"));
  QuickResync out;
  out.validity = UidValidity(static_cast<std::uint32_t>(
      protocol::number_value(parameter.uidvalidity().text(), UidValidity::max_value).value()));
  out.since = protocol::number_value(parameter.mod_sequence_value().text(), ModSeq::max_value).value();
  if (const auto known = parameter.known_uids()) {
    out.known = known_set<Uid>(client, known->text());
    if (!out.known) return std::unexpected(too_many_ranges);
  }
  if (const auto data = parameter.seq_match_data()) {
    auto sample = sample_of(client, *data);
    if (!sample) return std::unexpected(sample.error());
    out.sample = std::move(*sample);
  }
  return out;
}

}  // namespace

std::expected<SelectParameters, Reply> select_parameters(const Client& client,
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
    auto value = resync_of(client, *resync);
    if (!value) return std::unexpected(value.error());
    out.resync = std::move(*value);
  }
  return out;
}

}  // namespace postbag
