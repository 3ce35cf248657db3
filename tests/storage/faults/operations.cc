#include "tests/storage/faults/operations.h"

#include "tests/storage/faults/disk/layer.h"
#include "tests/storage/faults/disk/names.h"
#include "tests/storage/faults/runner.h"
#include "tests/storage/fixture.h"
#include "tests/storage/formats/old_account.h"

namespace postbag::storage::test {

namespace {

const UidSet every_uid{{Uid::min(), Uid::max()}};

MailboxName name(std::string_view text) { return MailboxName::from(text).value(); }

/// The mailbox, or a deleted one: what a session has that did not notice.
MailboxId id(Transaction& tx, std::string_view mailbox) {
  return tx.find(name(mailbox)).value_or(MailboxId(1'000'000));
}

template <class T>
Result<void> outcome(const Result<T>& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

constexpr std::size_t small = 100;
constexpr std::size_t large = 5'000;

struct Letter {
  std::string what;
  std::size_t size = small;
  std::size_t in_memory = small;  ///< bytes that may wait there, see Store::stage()
};

StagedBody stage(Store& store, const Letter& letter) {
  auto writer = store.stage(letter.in_memory);
  std::string bytes = "Subject: " + letter.what + "\r\n\r\n";
  bytes.resize(letter.size, 'x');
  writer->append(bytes);
  return writer->finish(letter.what);
}

const DateTime arrival{1'700'000'000, 60};

Result<void> append_all(Transaction& tx, std::string_view mailbox, const std::vector<StagedBody>& bodies,
                        const NamedFlags& flags) {
  for (const auto& body : bodies)
    if (const auto done = tx.append(id(tx, mailbox), body, flags, arrival); !done)
      return std::unexpected(done.error());
  return {};
}

/// Adds the letters to a mailbox: one body, so all or none.
Deed append(std::string mailbox, std::vector<Letter> letters, NamedFlags flags = {}) {
  return [=](Store& store) -> Body {
    std::vector<StagedBody> bodies;
    for (const auto& letter : letters) bodies.push_back(stage(store, letter));
    return [=](Transaction& tx) { return append_all(tx, mailbox, bodies, flags); };
  };
}

/// A deed that needs no body.
Deed act(Body body) {
  return [body = std::move(body)](Store&) { return body; };
}

Deed flag(std::string mailbox, UidSet uids, NamedFlags named) {
  return act([=](Transaction& tx) { return outcome(tx.store_flags(id(tx, mailbox), uids, FlagOp::add, named)); });
}

Deed make(std::string mailbox) {
  return act([=](Transaction& tx) { return outcome(tx.create(name(mailbox))); });
}

Deed drop(std::string mailbox) {
  return act([=](Transaction& tx) { return tx.remove(name(mailbox)); });
}

Deed copy(std::string from, UidSet uids, std::string to) {
  return act([=](Transaction& tx) { return outcome(tx.copy(id(tx, from), uids, id(tx, to))); });
}

Deed defaults() { return act(create_default_mailboxes); }

NamedFlags named(std::initializer_list<SystemFlag> system, std::vector<std::string> keywords = {}) {
  return {flags(system), std::move(keywords)};
}

/// An account with small and large messages, shared ones, deleted ones, and a name that was used before.
std::vector<Deed> start_deeds() {
  return {defaults(),
          append("INBOX", {{"one"}, {"two", large}, {"three"}, {"four"}}),
          append("INBOX", {{"five", large}, {"six"}, {"seven"}, {"eight"}}, named({SystemFlag::seen})),
          flag("INBOX", set_of({3, 5}), named({SystemFlag::deleted})),
          flag("INBOX", set_of({4}), named({}, {"$Forwarded"})),
          copy("INBOX", set_of({1}), "Archive"),
          append("Archive", {{"archived"}}),
          make("New"),
          append("New", {{"gone", large}}),
          drop("New"),
          make("Old"),
          make("Old/below"),
          append("Old", {{"old"}}),
          append("Old/below", {{"below"}}),
          make("Doomed"),
          append("Doomed", {{"doomed", large}}),
          copy("INBOX", set_of({6}), "Doomed")};
}

Tree make_start_tree() {
  const TemporaryDirectory directory;
  draw_names_from(0);
  {
    const auto store = sqlite::open_store(store_options(directory.path()));
    for (const auto& deed : start_deeds()) store->write(deed(*store)).value();
  }
  return read_tree(directory.path());
}

const Deed& afterwards() {
  static const Deed deed = append("INBOX", {{"afterwards", large}});
  return deed;
}

Scenario scenario(const Operation& operation, const char* how, std::vector<Step> steps) {
  return {.name = operation.name + how,
          .start = operation.new_account ? Tree{} : start_tree(),
          .steps = std::move(steps),
          .first = operation.new_account ? 0U : 2U,
          .moves = operation.moves};
}

/// With what comes before: someone reads a message.
Operation usual(std::string title, Deed deed, bool moves = false) {
  return {std::move(title), std::move(deed), moves, false,
          flag("INBOX", set_of({1, 2}), named({SystemFlag::seen}))};
}

}  // namespace

Operation append_small() { return usual("APPEND of a small message", append("INBOX", {{"new"}})); }

Operation append_large() { return usual("APPEND of a large message", append("INBOX", {{"new", large}})); }

Operation multiappend_of_3() {
  return usual("MULTIAPPEND of 3",
               append("Archive", {{"first"}, {"second", large}, {"spooled", small, 0}}, named({}, {"new"})));
}

Operation copy_of_3() { return usual("COPY of 3", copy("INBOX", set_of({2, 4, 6}), "Archive")); }

Operation move_of_5() {
  return usual("MOVE of 5", act([](Transaction& tx) {
                 return outcome(tx.move(id(tx, "INBOX"), set_of({1, 2, 4, 5, 8}), id(tx, "Archive")));
               }),
               true);
}

Operation store_flags() {
  return usual("STORE", flag("INBOX", every_uid, named({SystemFlag::flagged}, {"$Junk"})));
}

Operation expunge() {
  return usual("EXPUNGE", act([](Transaction& tx) { return outcome(tx.expunge(id(tx, "INBOX"))); }));
}

Operation rename_tree() {
  return usual("RENAME", act([](Transaction& tx) { return tx.rename(name("Old"), name("New")); }), true);
}

Operation rename_inbox() {
  return usual("RENAME of INBOX", act([](Transaction& tx) { return tx.rename(name("INBOX"), name("2026")); }),
               true);
}

Operation replace() {
  const Deed added = append("INBOX", {{"revised", large}});
  return usual("REPLACE", [added](Store& store) -> Body {
    return [add = added(store)](Transaction& tx) -> Result<void> {
      const auto inbox = id(tx, "INBOX");
      if (const auto done = add(tx); !done) return done;
      return outcome(tx.vanish(inbox, set_of({2})));
    };
  });
}

Operation deliver() {
  return {"delivery to a new account", append("INBOX", {{"new", large}}), false, true, defaults()};
}

Operation create() { return usual("CREATE", make("New")); }

Operation remove() { return usual("DELETE", drop("Doomed")); }

Operation remove_and_create() {
  return usual("DELETE and CREATE", act([](Transaction& tx) -> Result<void> {
                 if (const auto done = tx.remove(name("Doomed")); !done) return done;
                 return outcome(tx.create(name("Doomed")));
               }));
}

Operation subscribe() {
  Operation operation = usual("SUBSCRIBE", act([](Transaction& tx) -> Result<void> {
                                tx.unsubscribe(name("Noted"));
                                return tx.subscribe(name("No mailbox of that name"));
                              }));
  operation.before = act([](Transaction& tx) { return tx.subscribe(name("Noted")); });
  return operation;
}

StoreOptions store_options(const std::filesystem::path& root) {
  static const FixedClock clock;
  StoreOptions options;
  options.directory = root / "account";
  options.clock = &clock;
  options.inline_body = 1'000;
  return options;
}

const Tree& start_tree() {
  static const Tree tree = make_start_tree();
  return tree;
}

Deed deliver_anew() {
  return [](Store& store) -> Body {
    return [add = append("INBOX", {{"one more", large}})(store)](Transaction& tx) -> Result<void> {
      if (const auto made = create_default_mailboxes(tx); !made) return made;
      return add(tx);
    };
  };
}

Scenario migration() {
  const RunDirectory directory;
  make_old_account(directory.path(), 5);
  using enum Step::What;
  return {.name = "migration from format 5",
          .start = read_tree(directory.path()),
          .steps = {{open}, {commit, {deliver_anew()}}, {close}}};
}

Scenario alone(const Operation& operation) {
  using enum Step::What;
  return scenario(
      operation, ", alone",
      {{open}, {commit, {operation.before}}, {commit, {operation.deed}}, {commit, {afterwards()}}, {close}});
}

Scenario in_group(const Operation& operation) {
  using enum Step::What;
  const auto refused = append("No such mailbox", {{"refused", large}});
  return scenario(
      operation, ", in a group commit",
      {{open}, {commit, {operation.before}}, {commit, {refused, operation.deed, afterwards()}}, {close}});
}

Scenario with_upkeep(const Operation& operation) {
  using enum Step::What;
  return scenario(operation, ", with upkeep",
                  {{open},
                   {commit, {operation.before}},
                   {checkpoint},
                   {commit, {operation.deed}},
                   {collect_garbage},
                   {checkpoint},
                   {commit, {afterwards()}},
                   {collect_garbage},
                   {close}});
}

std::vector<Scenario> scenarios(const Operation& operation) {
  return {alone(operation), in_group(operation), with_upkeep(operation)};
}

}  // namespace postbag::storage::test
