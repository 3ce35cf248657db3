// What one FETCH asks of each message, as values. RFC 9051 section 6.4.5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/arguments.h"

namespace postbag {

/// One data item of FETCH; macros and the RFC822 forms are spelt out.
struct FetchItem {
  enum class Kind : std::uint8_t {
    uid,
    flags,
    modseq,  ///< RFC 7162 section 3.1.4.2
    internal_date,
    save_date,
    email_id,
    thread_id,
    size,  ///< RFC822.SIZE
    envelope,
    body,  ///< BODY without a section
    body_structure,
    preview,      ///< RFC 8970
    section,      ///< BODY[...], RFC822, RFC822.HEADER, RFC822.TEXT
    binary,       ///< BINARY[...]
    binary_size,  ///< BINARY.SIZE[...]
  };

  Kind kind;
  std::string label;  ///< its name in the response: BODY[1.2.MIME]<0>
  protocol::Section section = {};
  std::optional<protocol::Partial> partial = {};
  bool sets_seen = false;
  bool lazy = false;  ///< PREVIEW only if it is there already

  /// Whether the stored structure of the message is needed to answer.
  bool needs_structure() const { return kind >= Kind::envelope; }
};

using FetchItems = std::vector<FetchItem>;

/// Of one FETCH, or of what one session wants told of new messages; nobody needs as many.
inline constexpr std::size_t most_fetch_items = 256;

/// The items of a FETCH in the order asked, each once; with UID in front behind UID FETCH (RFC 9051 section 6.4.9).
FetchItems fetch_items(protocol::grammar::Fetch command, bool by_uid);

/// Adds one data item, unless it is there.
void add_item(FetchItems& items, protocol::grammar::FetchAtt att);
/// Adds UID in front, if it is not there.
void add_uid(FetchItems& items);
/// Adds MODSEQ, if it is not there: what CHANGEDSINCE implies. RFC 7162 section 3.1.4.1.
void add_modseq(FetchItems& items);

/// What QRESYNC tells of messages that changed: UID, FLAGS, MODSEQ. RFC 7162 section 3.2.5.1.
FetchItems resync_items(bool uid_only);

bool has_kind(const FetchItems& items, FetchItem::Kind kind);

}  // namespace postbag
