#include "main/log_output.h"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

using namespace postbag;
using namespace postbag::daemon;

TEST_CASE("what a client sends cannot make a line of its own in the log") {
  const LogLine line{LogLine::Level::warning, "login failed", "192.0.2.1:7", "eve\r\n\x1b[2Jroot\xff",
                     "say \"hi\""};
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string text = format_line(format, "2026-11-22T00:00:00Z", line);
    CAPTURE(text);
    for (const char c : text) CHECK(static_cast<unsigned char>(c) >= 0x20);
    CHECK(text.find("root") != std::string::npos);
  }
}

TEST_CASE("what a client sends acts on no terminal, and the log's line reads as it was written") {
  const std::string_view hostile =
      "a\u0085b\u009b31mc\x7f"
      "d\u202ee\u2066f\u200bg\u2028h\ufeff";
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string text = format_line(format, "", {LogLine::Level::info, "login", {}, hostile, {}});
    CAPTURE(text);
    CHECK(text.find(R"(a\u0085b\u009b31mc\u007fd\u202ee\u2066f\u200bg\u2028h\ufeff)") != std::string::npos);
  }
  const LogLine names{LogLine::Level::info, "login", {}, "j\u00fcrgen \u5c71\u7530", {}};
  CHECK(format_line(LogFormat::text, "", names).find("j\u00fcrgen \u5c71\u7530") != std::string::npos);
}

TEST_CASE("JSON lines parse, and empty fields are left out") {
  const auto event = nlohmann::json::parse(
      format_line(LogFormat::json, "2026-11-22T00:00:00Z", {LogLine::Level::info, "login", {}, "bob", {}}));
  CHECK(event["event"] == "login");
  CHECK(event["level"] == "info");
  CHECK(event["user"] == "bob");
  CHECK_FALSE(event.contains("peer"));
}
