#include "session/client.h"

#include <chrono>
#include <utility>

#include "session/breakage.h"
#include "session/security.h"
#include "session/upload.h"

namespace postbag {

namespace grammar = protocol::grammar;

Client::Client(const Context& context, ClientConnection& connection)
    : context_(context), connection_(connection), notify_(connection.signal()) {
  watch_.store_failed = [this] {
    connection_.shut_down({"The mail store failed, log in again", "UNAVAILABLE"},
                          async::in(ClientConnection::goodbye_time));
  };
}

Client::~Client() {
  if (access_) access_->home().unwatch(watch_);
}

// ---- who it is ----

void Client::log_in(std::shared_ptr<Account> account, Principal principal) {
  access_.emplace(std::move(principal), std::move(account));
  access_->home().watch(watch_);
  connection_.set_logged_in();
}

bool Client::may_take_password() const { return is_confidential(connection_); }

sasl::Needs Client::sasl_abilities(const Security& security) const {
  return context_.authenticator.abilities() | security.abilities();
}

grammar::State Client::state() const {
  if (!access_) return grammar::State::not_authenticated;
  return selected_ ? grammar::State::selected : grammar::State::authenticated;
}

void Client::enable(Feature feature) {
  const bool condstore_before = condstore();
  features_.add(feature);
  if (feature == Feature::qresync) features_.add(Feature::condstore);  // RFC 7162 section 3.2.3
  if (condstore() && !condstore_before && selected_) selected_->report_progress();
}

Reply Client::end_with_bye(std::string words) {
  connection_.say_bye({words});
  return Reply::bad(std::move(words));
}

Reply Client::refuse_broken(const std::runtime_error& error) const {
  const Breakage& breakage = breakage_of(error);
  log({LogEvent::Level::error, breakage.logged, user(), error.what()});
  return Reply::no(breakage.text, breakage.code);
}

// ---- what it has selected, and what is reported to it ----

void Client::unselect() {
  if (!selected_) return;
  notify_.leave(selected_->key(), selected_->reported().all());
  followers_.mailbox_left();
  selected_.reset();
}

async::Task<void> Client::sync() {
  if (selected_) co_await selected_->sync();
  co_await followers_.report_news();
}

async::Task<void> Client::report_news() {
  try {
    co_await sync();
  } catch (const std::runtime_error& broken) {
    refuse_broken(broken);
    news_failed_at_ = connection_.wakes();
  }
}

void Client::report_progress() {
  const bool modseqs_told = command().take_modseqs_told();
  if (selected_ && condstore()) selected_->report_progress_if_due(modseqs_told);
}

bool Client::has_news_of(bool selected) const {
  if (news_failed_at_ == connection_.wakes()) return false;
  return followers_.has_news() || (selected && selected_ && selected_->has_news());
}

bool Client::has_news_between_commands() const {
  if (!notify_.is_on() || connection_.reader().in_command()) return false;
  return has_news_of(notify_.selected().between_commands);
}

// ---- the running command ----

void Client::note_own_messages(OwnMessages own) {
  notify_.note_messages(own.mailbox, own.before, own.after);
  command().note_own_messages(std::move(own));
}

void Client::start_upload(std::shared_ptr<Account> account) {
  upload_ = std::make_unique<Upload>(std::move(account), context_.limits);
}

void Client::drop_upload() { upload_.reset(); }

}  // namespace postbag
