#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/mime/sort_keys.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/mime/parser.h"
#include "protocol/mime/stored_structure.h"

using namespace postbag::mime;

namespace {

SortKeys keys_of(const std::string& header) { return sort_keys(parse(header + "\r\nbody\r\n")); }

}  // namespace

TEST_CASE("addresses: the mailbox of the first, and what is displayed. RFC 5256 section 3, RFC 5957 section 3") {
  struct {
    const char* from;
    const char* mailbox;
    const char* display;
  } rows[] = {{"", "", ""},
              {"From: ann@example.com\r\n", "ANN", "ANN@EXAMPLE.COM"},
              {"From: Ann Bee <ann@example.com>, joe@x\r\n", "ANN", "ANN BEE"},
              {"From: \"Bee, Ann\" <ann@example.com>\r\n", "ANN", "BEE, ANN"},
              {"From: =?utf-8?q?J=C3=B6rg?= <joe@example.com>\r\n", "JOE", "JO\xcc\x88RG"},
              {"From: =?utf-8?q?\x3f= <joe@example.com>\r\n", "JOE", "JOE@EXAMPLE.COM"},
              {"From: \"\" <joe@example.com>\r\n", "JOE", "JOE@EXAMPLE.COM"},
              {"From: friends: ann@example.com;\r\n", "FRIENDS", "FRIENDS"}};
  for (const auto& [from, mailbox, display] : rows) {
    CAPTURE(from);
    CHECK(keys_of(from).from == mailbox);
    CHECK(keys_of(from).display_from == display);
  }
}

TEST_CASE("the subject is decoded, based, folded") {
  CHECK(keys_of("Subject: =?utf-8?q?Re:_[list]?= =?utf-8?q?_Hello?=\r\n").subject == "HELLO");
  CHECK(keys_of("Subject: =?utf-8?q?Re:_x?=\r\n").reply_or_forward);
  CHECK(keys_of("Subject: =?utf-8?q?a=00b?=\r\n").subject == "AB");
  CHECK(keys_of("Subject: " + std::string(50'000, 'x') + "\r\n").subject.size() == 4096);
}

TEST_CASE("what could not be read is apart, by its octets. RFC 5255 section 4.6 (c)") {
  CHECK(keys_of("Subject: Re: gr\xfc\xdf\r\n").subject == "\xffgr\xfc\xdf");
  CHECK(keys_of("Subject: =?x-none?q?Re:_hello?=\r\n").subject == "\xffhello");
  CHECK(keys_of("Subject: =?utf-8?q?a=FFb?=\r\n").subject ==
        "\xff"
        "a\xff"
        "b");
  CHECK(keys_of("Subject: =?iso-2022-jp?q?a=FFb?=\r\n").subject ==
        "\xff"
        "a\xff"
        "b");
  CHECK(keys_of("Subject: =?utf-8?q?Gr=C3=BCn?=\r\n").subject == "GRU\xcc\x88N");
  CHECK(keys_of("From: =?x-none?q?Ann?= <ann@example.com>\r\n").display_from ==
        "\xff"
        "Ann");
  CHECK(keys_of("From: \xe4nn@example.com\r\n").from == "\xff\xe4nn");
  CHECK(keys_of("Subject: \xff" + std::string(50'000, 'x') + "\r\n").subject.size() == 4096);
}

TEST_CASE("references: References, else what In-Reply-To begins with") {
  const auto a = keys_of("Message-ID: <a@x>\r\n").id;
  const auto b = keys_of("Message-ID: <b@x>\r\n").id;
  REQUIRE(a.size() == 1);
  const std::vector<std::uint64_t> both{a[0], b[0]};
  CHECK(keys_of("References: <a@x>\r\n <b@x>\r\nIn-Reply-To: <c@x>\r\n").references == both);
  CHECK(keys_of("References: none\r\nIn-Reply-To: <a@x> <b@x>\r\n").references == a);
  CHECK(keys_of("References: <none> <@>\r\nIn-Reply-To: <none> <a@x> <b@x>\r\n").references == a);
  CHECK(keys_of("In-Reply-To: your message\r\n").references.empty());
  CHECK(keys_of("Message-ID: <\"a\"@x>\r\n").id == a);
  std::string many = "References:";
  for (int i = 0; i < 1000; ++i) many += " <" + std::to_string(i) + "@x>";
  CHECK(keys_of(many + "\r\n").references.size() == 128);
}

TEST_CASE("they are stored with the structure; for an older one they are computed again") {
  const auto structure = parse(
      "From: Ann <ann@x>\r\nTo: Joe <joe@x>\r\nCc: kim@x\r\nSubject: Fwd: it\r\nMessage-ID: <a@x>\r\n"
      "References: <b@x> <c@x>\r\n\r\nbody\r\n");
  const std::string stored = encode(structure);
  CHECK(StoredStructure(stored).sort_keys() == sort_keys(structure));
  CHECK(sort_keys(structure).subject == "IT");
  CHECK(sort_keys_of_fields(structure.common_fields) == sort_keys(structure));
  // What an older one says may be read by other rules.
  Structure otherwise = structure;
  otherwise.references = "<b@x>";
  otherwise.parts[0].envelope->subject = "=?ks_c_5601-1987?q?=C7?=";
  std::string older = encode(otherwise);
  CHECK(StoredStructure(older).sort_keys() == sort_keys(otherwise));
  older[0] = 3;
  CHECK(StoredStructure(older).sort_keys() == sort_keys(structure));
  for (std::size_t size = 0; size < stored.size(); ++size) {
    try {
      (void)StoredStructure(std::string_view(stored).substr(0, size)).sort_keys();
    } catch (const CorruptStructure&) {
    }
  }
}

TEST_CASE("references that are too long for the fields that are kept are stored; an older structure lacks them") {
  const auto structure = parse("References: <a@x>" + std::string(20'000, ' ') + "<b@x>\r\n\r\n");
  CHECK(sort_keys(structure).references.size() == 2);
  std::string stored = encode(structure);
  CHECK(StoredStructure(stored).sort_keys() == sort_keys(structure));
  stored[0] = 3;
  CHECK_FALSE(StoredStructure(stored).sort_keys().has_value());
}
