#include "session/selected/view.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace postbag;
using Random = std::linear_congruential_engine<std::uint32_t, 48271, 0, 2147483647>;

TEST_CASE("sequence numbers follow the UIDs") {
  const View view(UidSet{{Uid(11), Uid(12)}, {Uid(15), Uid(15)}});
  CHECK(view.size() == 3);
  CHECK(view.uid_of(SeqNum(1)) == Uid(11));
  CHECK(view.uid_of(SeqNum(3)) == Uid(15));
  CHECK_FALSE(view.uid_of(SeqNum(4)).has_value());
  CHECK(view.seq_of(Uid(15)) == SeqNum(3));
  CHECK_FALSE(view.seq_of(Uid(13)).has_value());
  CHECK(view.last_uid() == Uid(15));
  CHECK_FALSE(View().last_uid().has_value());
}

TEST_CASE("removals count those before them") {  // RFC 9051 section 6.4.3, its example
  View view(UidSet{{Uid(1), Uid(11)}});
  const auto told = view.remove(UidSet{{Uid(3), Uid(4)}, {Uid(7), Uid(7)}, {Uid(11), Uid(11)}, {Uid(90), Uid(90)}});
  CHECK(told == std::vector<SeqNum>{SeqNum(3), SeqNum(3), SeqNum(5), SeqNum(8)});
  CHECK(view.size() == 7);
}

TEST_CASE("a view stays equal to a plain list of UIDs") {
  Random random(2);
  View view;
  std::vector<Uid> list;
  std::uint32_t next = 1;
  for (int step = 0; step < 3000; ++step) {
    if (random() % 3 != 0 || list.empty()) {
      UidSet fresh;
      for (std::uint32_t n = random() % 4 + 1; n > 0; --n) {
        next += random() % 3 == 0 ? 2 : 1;
        fresh.add(Uid(next));
        list.emplace_back(next);
      }
      view.append(fresh);
    } else {
      UidSet gone;
      for (int n = 0; n < 3; ++n) gone.add(list[random() % list.size()]);
      for (const SeqNum seq : view.remove(gone)) list.erase(list.begin() + (seq.value() - 1));
    }
    REQUIRE(view.size() == list.size());
    for (std::uint32_t i = 0; i < list.size(); ++i) REQUIRE(view.uid_of(SeqNum(i + 1)) == list[i]);
    if (!list.empty()) {
      const std::uint32_t first = random() % static_cast<std::uint32_t>(list.size());
      const SeqSet seqs{{SeqNum(first + 1), SeqNum(first + 9)}};
      const UidSet uids = view.uids_of(seqs);
      REQUIRE(uids.front() == list[first]);
      REQUIRE(uids.size() == std::min<std::size_t>(9, list.size() - first));
      REQUIRE(view.seqs_of(uids).front() == SeqNum(first + 1));
    }
  }
}
