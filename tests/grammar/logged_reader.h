// A CommandReader whose events become lines of text.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/limits.h"
#include "protocol/command_reader.h"

namespace postbag::test {

/// To the literals that a client announces.
enum class Answer { memory, stream_messages, refuse };

/// Feeds a reader and writes each event as a line.
class LoggedReader {
 public:
  explicit LoggedReader(const Limits& limits, Answer answer = Answer::stream_messages)
      : reader(limits), answer_(answer) {
    reader.set_logged_in(true);
  }

  /// Nothing more is read once the connection has to be closed.
  void feed(std::string_view bytes) {
    if (closed_) return;
    reader.feed(bytes);
    while (!closed_ && take(reader.next())) {
    }
  }

  /// The connection has to be closed.
  bool is_closed() const { return closed_; }

  protocol::CommandReader reader;
  std::string log;

 private:
  bool take(const protocol::ReaderEvent& event) {
    if (std::holds_alternative<protocol::NeedMore>(event)) return false;
    if (const auto* e = std::get_if<protocol::Command>(&event)) add(*e);
    if (const auto* e = std::get_if<protocol::BadCommand>(&event)) add(*e);
    if (const auto* e = std::get_if<protocol::LiteralAnnounced>(&event)) answer(*e);
    if (const auto* e = std::get_if<protocol::LiteralBytes>(&event)) add(*e);
    if (const auto* e = std::get_if<protocol::RawLine>(&event)) log += "raw " + std::string(e->text) + "\n";
    return true;
  }

  void add(const protocol::Command& c) {
    log += std::string(c.tag) + " " + std::string(to_string(c.rule)) + (c.by_uid ? " by uid" : "") + ": " +
           std::string(c.view.text()) + "\n";
    if (c.rule == protocol::grammar::Rule::idle) reader.expect_raw_line();
  }
  void add(const protocol::BadCommand& b) {
    const std::string code = b.code.empty() ? std::string() : '[' + b.code + "] ";
    log += b.tag + " BAD " + code + b.text + (b.must_close ? " and close" : "") + "\n";
  }
  void add(const protocol::LiteralBytes& b) {
    streamed_ += b.bytes;
    if (!b.last) return;
    log += "streamed " + streamed_ + "\n";
    streamed_.clear();
  }

  void answer(const protocol::LiteralAnnounced& l) {
    log += std::string(l.command.tag) + " " + std::string(to_string(l.command.rule)) +
           (l.message ? " message" : "") + (l.binary ? " binary" : "") + " literal " + std::to_string(l.size) +
           (l.synchronising ? " +\n" : "\n");
    if (answer_ == Answer::refuse) {
      closed_ = reader.refuse();
      if (closed_) log += "must close\n";
    } else if (l.message && answer_ == Answer::stream_messages) {
      if (l.command.rule == protocol::grammar::Rule::append)
        log += "for " + std::string(protocol::grammar::Append(l.command.view).mailbox().text()) + "\n";
      reader.accept_as_stream();
    } else {
      reader.accept_in_memory();
    }
  }

  Answer answer_;
  std::string streamed_;
  bool closed_ = false;
};

}  // namespace postbag::test
