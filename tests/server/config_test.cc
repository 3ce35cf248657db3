#include "main/config/config.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "main/config/key_files.h"
#include "postbag/server.h"
#include "tests/temporary_directory.h"

using namespace postbag;
using namespace postbag::daemon;

namespace {

/// A file with that text, for as long as it lives.
class File {
 public:
  explicit File(const std::string& text) : path_(std::filesystem::temp_directory_path() / "postbag-config-XXXXXX") {
    ::close(::mkstemp(path_.data()));
    std::ofstream(path_) << text;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The complaints without the file's name.
std::vector<std::string> complaints(const std::string& text) {
  const File file(text);
  const auto config = read_config(file.path());
  REQUIRE_FALSE(config);
  std::vector<std::string> out;
  for (const std::string& what : config.error()) out.push_back(what.substr(file.path().size() + 1));
  return out;
}

}  // namespace

TEST_CASE("a configuration is read") {
  const File file(
      "listen = [\"127.0.0.1:143\", \"unix:/x\"]\nworkers = 0\nlog_format = \"json\"\n[limits]\nnesting = 9\n"
      "[history]\nranges = 5\n");
  const auto config = read_config(file.path());
  REQUIRE(config);
  CHECK(config->listen == std::vector<std::string>{"127.0.0.1:143", "unix:/x"});
  CHECK(config->workers == 0U);
  CHECK(config->log_format == LogFormat::json);
  CHECK(config->limits == std::vector<std::pair<std::string, std::uint64_t>>{{"nesting", 9}});
  CHECK(config->history.ranges == 5);
  CHECK(config->history.days == History{}.days);
}

TEST_CASE("everything that is wrong is reported at once, by line, with the nearest name") {
  const auto told =
      complaints("lisen = []\nworkers = -1\n\n[limits]\nnestling = 9\nautologout = 60\nmessage = \"big\"\n");
  REQUIRE(told.size() == 5);
  const auto has = [&](const std::string& text) { return std::ranges::find(told, text) != told.end(); };
  CHECK(has("1: unknown key \"lisen\"; did you mean listen?"));
  CHECK(has("2: workers must be a number from 0 to 256"));
  CHECK(has("5: unknown limit \"nestling\"; did you mean nesting?"));
  CHECK(has("6: autologout must be a number from 1800 to 604800 seconds"));
  CHECK(has("7: message must be a number from 1 to 4294967295 bytes"));
}

TEST_CASE("complaints come in the order of the lines, addresses among them") {
  const auto told = complaints(
      "zone = 1\nworkers = 999\nlisten = [\"127.0.0.1:1\", \"localhost:143\", 5]\n[limits]\nnesting = 1\n"
      "arguments = 1\n[history]\ndays = 0\n[durability]\nflags = 1\n");
  std::vector<int> lines;
  for (const std::string& what : told) lines.push_back(std::stoi(what));
  CHECK(lines == std::vector<int>{1, 2, 3, 3, 5, 6, 8, 10});
  CHECK(told.at(2) == "3: \"localhost:143\" is not an address to listen on, such as \"127.0.0.1:143\"");
}

TEST_CASE("proxies are given by networks") {
  const auto told =
      complaints("proxies = [\"10.0.0.0/8\", \"2001:db8::1\", \"unix\", \"10.0.0.0/33\", \"proxy.example\"]\n");
  CHECK(told == std::vector<std::string>{"1: \"10.0.0.0/33\" is not a network, such as \"192.0.2.0/24\"",
                                         "1: \"proxy.example\" is not a network, such as \"192.0.2.0/24\""});
}

TEST_CASE("the history must be a table of bounds that make sense") {
  CHECK(complaints("history = 5\n") == std::vector<std::string>{"1: history must be a table: [history]"});
  const auto told = complaints("[history]\nranges = 0\ndays = 36501\nrange = 1\n");
  REQUIRE(told.size() == 3);
  const auto has = [&](const std::string& text) { return std::ranges::find(told, text) != told.end(); };
  CHECK(has("2: ranges must be a number from 1 to 10000000"));
  CHECK(has("3: days must be a number from 1 to 36500"));
  CHECK(has("4: unknown bound of the history \"range\"; did you mean ranges?"));
}

TEST_CASE("a configuration is kept for other processes, all or nothing") {
  const TemporaryDirectory place;
  const auto kept = [&] { return remembered_config(place.path()).value().workers; };
  CHECK_FALSE(kept());
  const File one("workers = 1\n");
  CHECK(remember_config(place.path(), read_config(one.path()).value()));
  CHECK(kept() == 1);
  // No space, or no permission: the previous one stays.
  REQUIRE(std::filesystem::create_directory(place.path() / "config.toml.new"));
  std::ofstream(place.path() / "config.toml.new/in the way") << "x";
  const File two("workers = 2\n");
  CHECK_FALSE(remember_config(place.path(), read_config(two.path()).value()));
  CHECK(kept() == 1);
  std::filesystem::remove_all(place.path() / "config.toml.new");
  CHECK(remember_config(place.path(), {}));
  CHECK_FALSE(kept());
}

TEST_CASE("a configuration that comes through a pipe is read once") {
  const TemporaryDirectory place;
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  REQUIRE(::write(ends[1], "workers = 3\n", 12) == 12);
  ::close(ends[1]);
  const auto config = read_config("/dev/fd/" + std::to_string(ends[0]));
  ::close(ends[0]);
  REQUIRE(config);
  CHECK(config->workers == 3);
  CHECK(remember_config(place.path(), *config));
  CHECK(remembered_config(place.path()).value().workers == 3);
}

TEST_CASE("a syntax error and a missing file are reported too") {
  CHECK(complaints("listen = [\n").size() == 1);
  CHECK_FALSE(read_config("/nonexistent/postbag.toml"));
  CHECK_FALSE(read_config("/"));
}

TEST_CASE("the example configuration is valid and holds every limit with its usual value") {
  const std::string path = POSTBAG_SOURCE_ROOT "/conf/postbag.toml";
  const auto config = read_config(path);
  REQUIRE(config);
  CHECK(config->history.ranges == History{}.ranges);
  CHECK(config->history.days == History{}.days);
  REQUIRE(config->limits.size() == known_limits().size());
  for (const LimitInfo& info : known_limits()) {
    CAPTURE(std::string(info.name));
    CHECK(std::ranges::find(config->limits, std::pair(std::string(info.name), info.usual)) != config->limits.end());
  }
}

TEST_CASE("TLS: addresses, certificates, authorities and the least version") {
  const File file(
      "listen_tls = [\"[::]:993\"]\nallow_plaintext = true\n[tls]\n"
      "certificates = [{chain = \"a.pem\", key = \"a.key\"}, {chain = \"b.pem\", key = \"b.key\"}]\n"
      "client_ca = \"ca.pem\"\nminimum_version = \"1.3\"\n");
  const auto config = read_config(file.path());
  REQUIRE(config);
  CHECK(config->listen_tls == std::vector<std::string>{"[::]:993"});
  CHECK(config->allow_plaintext);
  REQUIRE(config->tls.certificates.size() == 2);
  CHECK(config->tls.certificates[1].key == "b.key");
  CHECK(config->tls.client_ca == "ca.pem");
  CHECK(config->tls.minimum == TlsVersion::tls13);
  const std::string shape = "certificates must be a list of {chain = \"FILE\", key = \"FILE\"}";
  CHECK(complaints("[tls]\ncertificates = \"a.pem\"\n") == std::vector<std::string>{"2: " + shape});
  CHECK(complaints("[tls]\ncertificates = [{chain = \"a.pem\"}]\n") == std::vector<std::string>{"2: " + shape});
  CHECK(complaints("[tls]\nminimum_version = 1.3\nclient_ca = 1\ncertificate = []\n").size() == 3);
}

TEST_CASE("the durability of flags is one of two words") {
  const File file("[durability]\nflags = \"relaxed\"\n");
  CHECK(read_config(file.path())->flags == FlagDurability::relaxed);
  CHECK(complaints("[durability]\nflags = \"fast\"\n") ==
        std::vector<std::string>{"2: flags must be \"full\" or \"relaxed\""});
  CHECK(complaints("durability = 1\n") == std::vector<std::string>{"1: durability must be a table: [durability]"});
  CHECK(complaints("[durability]\nflag = \"full\"\n").size() == 1);
}

TEST_CASE("rules for the names of accounts") {
  const File file("[accounts]\ndefault_domain = \"example.org\"\ndetail = \"\"\n");
  const auto config = read_config(file.path());
  REQUIRE(config);
  CHECK(config->names.default_domain == "example.org");
  CHECK(config->names.detail_separator.empty());
  CHECK(complaints("[accounts]\ndetail = \"x\"\ndefault_domain = 5\ndetails = \"\"\n") ==
        std::vector<std::string>{"2: detail must be one of + - _ = . # ! or \"\" for none",
                                 "3: default_domain must be a domain, or \"\" for none",
                                 "4: unknown setting of accounts \"details\"; did you mean detail?"});
  CHECK(complaints("accounts = 1\n").size() == 1);
}

TEST_CASE("the search index is kept never, from the first search on, or always") {
  CHECK(Config().search_index == SearchIndex::when_searched);
  const File file("[search]\nindex = \"never\"\n");
  CHECK(read_config(file.path())->search_index == SearchIndex::never);
  CHECK(complaints("[search]\nindex = true\n") ==
        std::vector<std::string>{"2: index must be \"never\" or \"when-searched\" or \"always\""});
  CHECK(complaints("search = true\n") == std::vector<std::string>{"1: search must be a table: [search]"});
  CHECK(complaints("[search]\nindexes = true\n").size() == 1);
}

TEST_CASE("how clients may log in, and which tokens are valid") {
  const File file(
      "[login]\nscram = false\nscram_sha1 = true\n[oauth]\nalgorithm = \"RS256\"\nkey_file = \"/k\"\nissuer = "
      "\"i\"\naudience = "
      "\"a\"\n"
      "claim = \"email\"\nscope = \"mail\"\n");
  const auto config = read_config(file.path());
  REQUIRE(config);
  CHECK_FALSE(config->scram);
  CHECK(config->scram_sha1);
  CHECK(config->token_keys.algorithm == "RS256");
  CHECK(config->token_key_file == "/k");
  CHECK(config->token_keys.claim == "email");
  const ServerOptions options = options_of(*config);
  CHECK_FALSE(options.scram);
  CHECK(options.scram_sha1);
  CHECK(options.token_keys.issuer == "i");
  CHECK(options.token_keys.audience == "a");
  CHECK(options.token_scope == "mail");
  CHECK(complaints("[login]\nscram_sha1 = 1\nscrams = true\n") ==
        std::vector<std::string>{"2: scram_sha1 must be true or false",
                                 "3: unknown setting of logins \"scrams\"; did you mean scram?"});
  CHECK(complaints("[oauth]\nissuer = 1\nisuer = \"i\"\n") ==
        std::vector<std::string>{"2: issuer must be text",
                                 "3: unknown setting of oauth \"isuer\"; did you mean issuer?"});
}

TEST_CASE("[auth] names the sockets for mail servers") {
  const File file("[auth]\nsocket = \"unix:/run/a\"\nuserdb = \"unix:/run/b\"\ngroup = true\n");
  const auto config = read_config(file.path());
  REQUIRE(config);
  CHECK(config->auth.logins == "unix:/run/a");
  CHECK(config->auth.users == "unix:/run/b");
  CHECK(config->auth.for_group);
  CHECK(complaints("[auth]\nsocket = \"127.0.0.1:12345\"\ngroup = 1\nsoket = \"\"\n") ==
        std::vector<std::string>{"2: socket must be \"unix:/path\", or \"\" for none",
                                 "3: group must be true or false",
                                 "4: unknown setting of auth \"soket\"; did you mean socket?"});
  CHECK(complaints("auth = 1\n") == std::vector<std::string>{"1: auth must be a table: [auth]"});
}

TEST_CASE("the secret of HS256 is refused when everybody may read it, and ends before the line end") {
  const File file("0123456789abcdef0123456789abcdef\r\n");
  REQUIRE(::chmod(file.path().c_str(), 0644) == 0);
  CHECK(read_token_key(file.path(), "HS256").error().find("everybody may read") != std::string::npos);
  CHECK(read_token_key(file.path(), "RS256")->size() == 34);
  REQUIRE(::chmod(file.path().c_str(), 0640) == 0);
  CHECK(read_token_key(file.path(), "HS256") == "0123456789abcdef0123456789abcdef");
  CHECK_FALSE(read_token_key(file.path() + ".none", "HS256").has_value());
}

TEST_CASE("[process] says as whom the server runs and what it may do") {
  const File file("[process]\nuser = \"postbag\"\nlandlock = false\n");
  const auto config = read_config(file.path());
  REQUIRE(config);
  CHECK(config->process.user == "postbag");
  CHECK_FALSE(config->process.landlock);
  CHECK(config->process.seccomp);
  CHECK(complaints("[process]\nuser = 1\nseccomp = \"no\"\nseccom = true\n") ==
        std::vector<std::string>{"2: user must be a name, or \"\" for none", "3: seccomp must be true or false",
                                 "4: unknown setting of the process \"seccom\"; did you mean seccomp?"});
  CHECK(complaints("process = 1\n") == std::vector<std::string>{"1: process must be a table: [process]"});
}
