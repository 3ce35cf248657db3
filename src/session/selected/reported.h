// How far a client is with the news of its selected mailbox.
#pragma once

#include <algorithm>

#include "core/numbers.h"

namespace postbag {

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

/// Of each kind all up to there was reported to the client, or did it itself.
struct Reported {
  explicit Reported(ModSeq all) : looked(all), arrivals(all), flags(all), removals(all) {}

  ModSeq looked;  ///< changes up to here were looked at; some of them may have to wait
  ModSeq arrivals;
  ModSeq flags;
  ModSeq removals;

  /// It knows all changes up to here, of whatever kind. RFC 7162 section 6.
  ModSeq all() const { return std::min({arrivals, flags, removals}); }
  bool is_behind() const { return all() < looked; }
  /// From where on changes have to be looked at to report these kinds.
  ModSeq changed_since(NewsKinds kinds) const {
    return std::min({looked, kinds.arrivals ? arrivals : looked, kinds.flags ? flags : looked});
  }
  ModSeq vanished_since(NewsKinds kinds) const { return kinds.removals ? std::min(looked, removals) : looked; }
  /// All up to `upto` was looked at, and `kinds` were reported of what was found.
  void advance(ModSeq upto, NewsKinds kinds, NewsKinds found) {
    const auto move = [&](ModSeq& to, bool reported, bool something) {
      if (reported || (to == looked && !something)) to = upto;
    };
    move(arrivals, kinds.arrivals, found.arrivals);
    move(flags, kinds.flags, found.flags);
    move(removals, kinds.removals, found.removals);
    looked = upto;
  }
};

}  // namespace postbag
