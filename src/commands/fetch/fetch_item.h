// What one FETCH asks of each message, as values. RFC 9051 section 6.4.5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/arguments.h"

namespace postbag {

struct FetchItem;
struct FetchAnswer;

/// A data item of the grammar.
using FetchKind = protocol::grammar::FetchAtt::Kind;

/// What of a message an item is written from, in the order of cost; each includes those before it.
enum class FetchNeeds : std::uint8_t { entry, structure };

/// All there is to know of one data item. Each is in its own file below items/, and listed in fetch_item.cc.
struct FetchRow {
  /// Its name in responses, before any section.
  std::string_view label;
  FetchNeeds needs = FetchNeeds::entry;
  /// RFC 9051 section 6.4.5.
  bool sets_seen = false;
  /// Takes what the client wrote after the item's name; null when nothing can stand there.
  void (*read)(protocol::grammar::FetchAtt att, FetchItem& item) = nullptr;
  /// Writes the value of the item. On the account's worker; throws what the store throws.
  void (*write)(FetchAnswer& answer);
};

/// One data item of one FETCH; macros are spelt out.
struct FetchItem {
  FetchKind kind;
  const FetchRow* row;
  std::string label;  ///< its name in the response: BODY[1.2.MIME]<0>
  bool sets_seen = false;
  protocol::Section section = {};
  std::optional<protocol::Partial> partial = {};
  bool lazy = false;  ///< PREVIEW only if it exists already
};

using FetchItems = std::vector<FetchItem>;

/// Of one FETCH, or of what one session wants to have of new messages; nobody needs as many.
inline constexpr std::size_t most_fetch_items = 256;

/// The items of a FETCH in the order asked, each once; with UID first after UID FETCH (RFC 9051 section 6.4.9).
FetchItems fetch_items(protocol::grammar::Fetch command, bool by_uid);

/// An item of a kind that needs no arguments.
FetchItem fetch_item(FetchKind kind);

/// Adds one data item, unless it is in the list.
void add_item(FetchItems& items, protocol::grammar::FetchAtt att);
/// Adds UID at the front, if it is not in the list.
void add_uid(FetchItems& items);
/// Adds MODSEQ, if it is not in the list: what CHANGEDSINCE implies. RFC 7162 section 3.1.4.1.
void add_modseq(FetchItems& items);

/// What QRESYNC reports of messages that changed: UID, FLAGS, MODSEQ. RFC 7162 section 3.2.5.1.
FetchItems resync_items(bool uid_only);

bool has_kind(const FetchItems& items, FetchKind kind);

}  // namespace postbag
