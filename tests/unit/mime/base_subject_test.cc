#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/mime/header/base_subject.h"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

using postbag::mime::base_subject;

TEST_CASE("what answering and forwarding put around a subject is removed") {
  struct {
    const char* subject;
    const char* base;
    bool marked;
  } rows[] = {{"hello", "hello", false},
              {"", "", false},
              {"   ", "", false},
              {"Re: hello", "hello", true},
              {"RE:hello", "hello", true},
              {"re : hello", "hello", true},
              {"Fw: hello", "hello", true},
              {"FWD: hello", "hello", true},
              {"Re: Fwd: re: hello", "hello", true},
              {"Re[2]: hello", "hello", true},
              {"Re [2] : hello", "hello", true},
              {"[list] Re: hello", "hello", true},
              {"[list] hello", "hello", false},
              {"[a] [b] hello", "hello", false},
              {"[a][b] Re: [c] hello", "hello", true},
              {"[list]", "[list]", false},
              {"[a] [b]", "[b]", false},
              {"Re: [a] [b]", "[b]", true},
              {"hello (fwd)", "hello", true},
              {"hello (FWD) (fwd)  ", "hello", true},
              {"(fwd)", "", true},
              {"Re:", "", true},
              {"Re: Re: ", "", true},
              {"[Fwd: hello]", "hello", true},
              {"[fwd: Re: [list] hello (fwd)]", "hello", true},
              {"[fwd: [fwd: hello]]", "hello", true},
              {"Re: [Fwd: hello]", "hello", true},
              {"[fwd: hello", "[fwd: hello", false},
              {"[fwd:hello] there", "there", false},
              {"[fwd:]", "", true},
              {"a\tb \t c", "a b c", false},
              {"rebel: x", "rebel: x", false},
              {"re x: y", "re x: y", false},
              {"Re[[2]]: x", "Re[[2]]: x", false},
              {"[a[b] x", "[a[b] x", false},
              {"re: (fwd) x", "(fwd) x", true},
              {"[x] (fwd)", "[x]", true},
              {"\xc3\xa9: \xc3\xa9", "\xc3\xa9: \xc3\xa9", false}};
  for (const auto& [subject, base, marked] : rows) {
    CAPTURE(subject);
    CHECK(base_subject(subject).text == base);
    CHECK(base_subject(subject).reply_or_forward == marked);
  }
}

TEST_CASE("it takes time in proportion to the subject") {
  constexpr int many = 100'000;
  for (const char* piece : {"Re: ", "[a] ", "[", "[a", "[fwd: ", "(fwd)", "re [a", "] "}) {
    std::string subject;
    for (int i = 0; i < many; ++i) subject += piece;
    CAPTURE(piece);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(base_subject(subject).text.size() <= subject.size());
    CHECK(base_subject(subject + "x").text.size() <= subject.size() + 1);
    CHECK(base_subject(subject + std::string(many, ']')).text.size() <= subject.size() + many);
    // Linear is a few milliseconds; quadratic would be minutes.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
  }
}
