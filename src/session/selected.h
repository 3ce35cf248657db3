// The mailbox a session has selected, as its client knows it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/mailbox_name.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "session/view.h"

namespace postbag {

struct UpdatedSearches;

/// Kinds of news of a mailbox.
struct NewsKinds {
  bool arrivals = false;
  bool flags = false;
  bool removals = false;

  void add(NewsKinds others) {
    arrivals = arrivals || others.arrivals;
    flags = flags || others.flags;
    removals = removals || others.removals;
  }
};

/// How far the client is: of each kind it was told all up to there, or did it itself.
struct Told {
  explicit Told(ModSeq all) : looked(all), arrivals(all), flags(all), removals(all) {}

  ModSeq looked;  ///< changes up to here were looked at; some of them may have to wait
  ModSeq arrivals;
  ModSeq flags;
  ModSeq removals;

  /// It knows all changes up to here, of whatever kind. RFC 7162 section 6.
  ModSeq all() const { return std::min({arrivals, flags, removals}); }
  bool is_behind() const { return all() < looked; }
  /// From where on changes have to be looked at to tell these kinds.
  ModSeq changed_since(NewsKinds kinds) const {
    return std::min({looked, kinds.arrivals ? arrivals : looked, kinds.flags ? flags : looked});
  }
  ModSeq vanished_since(NewsKinds kinds) const { return kinds.removals ? std::min(looked, removals) : looked; }
  /// All up to `upto` was looked at, and `kinds` were told of what was found.
  void advance(ModSeq upto, NewsKinds kinds, NewsKinds found) {
    const auto move = [&](ModSeq& to, bool told, bool something) {
      if (told || (to == looked && !something)) to = upto;
    };
    move(arrivals, kinds.arrivals, found.arrivals);
    move(flags, kinds.flags, found.flags);
    move(removals, kinds.removals, found.removals);
    looked = upto;
  }
};

/// Loop thread only. What the store says now may be newer; Session::sync() closes the gap.
struct Selected {
  MailboxId id;
  MailboxName name;        ///< when it was selected; another session may have renamed it since
  bool read_only = false;  ///< EXAMINE
  View view;
  std::uint64_t known_next;  ///< every UID below it that is not in the view is gone for the client
  Told told;
  /// HIGHESTMODSEQ is to be told when the client knows all: it was told a lower one, or EXISTS raised it.
  bool highest_is_due = false;
  UidSet recent;                      ///< \Recent for this session. RFC 3501 section 2.3.2
  UidSet saved = {};                  ///< the search result variable `$`. RFC 9051 section 6.4.4.1
  std::vector<std::string> keywords;  ///< the mailbox's table as far as FLAGS has told it
  /// Searches whose results the client is kept informed of, as the commands have it; null: none.
  std::shared_ptr<UpdatedSearches> updates = nullptr;
};

}  // namespace postbag
