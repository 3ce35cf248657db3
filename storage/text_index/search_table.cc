#include "storage/text_index/search_table.h"

#include <utility>

namespace postbag::storage {

namespace {

// Texts are folded by their owner, so the tokenizer must not fold them again its own way. detail=none keeps no
// positions: a fifth of the size, and a search of all the trigrams finds little more than the right ones.
constexpr const char* schema = R"sql(
CREATE VIRTUAL TABLE IF NOT EXISTS searchable
  USING fts5(text, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1');
CREATE TABLE IF NOT EXISTS unknown (body INTEGER PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS last (id INTEGER PRIMARY KEY CHECK (id = 1), body INTEGER NOT NULL,
  checksum BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS made_by (id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL) STRICT;
)sql";

sqlite::Connection& prepared(sqlite::Connection& connection) {
  connection.run(schema);
  return connection;
}

/// A query of FTS5: strings beside each other must all be there.
std::string match_all(std::span<const std::string> trigrams) {
  std::string query;
  for (const std::string& trigram : trigrams) {
    query += " \"";
    for (const char c : trigram) query.append(c == '"' ? 2 : 1, c);
    query += '"';
  }
  return query;
}

/// Rolls back unless it was committed.
class Changing {
 public:
  explicit Changing(sqlite::Connection& connection) : connection_(connection) {
    connection_.run("BEGIN IMMEDIATE");
  }
  ~Changing() {
    if (!connection_.in_transaction()) return;
    try {
      connection_.run("ROLLBACK");
    } catch (...) {  // NOLINT(bugprone-empty-catch): the connection rolls back when it closes
    }
  }
  Changing(const Changing&) = delete;
  Changing& operator=(const Changing&) = delete;
  void commit() { connection_.run("COMMIT"); }

 private:
  sqlite::Connection& connection_;
};

}  // namespace

SearchTable::SearchTable(sqlite::Connection& c)
    : connection_(prepared(c)),
      version_(c.prepare("SELECT version FROM made_by")),
      set_version_(c.prepare("INSERT OR REPLACE INTO made_by VALUES (1, ?)")),
      last_(c.prepare("SELECT body, checksum FROM last")),
      set_last_(c.prepare("INSERT OR REPLACE INTO last VALUES (1, ?, ?)")),
      add_(c.prepare("INSERT INTO searchable (rowid, text) VALUES (?, ?)")),
      remove_(c.prepare("INSERT INTO searchable (searchable, rowid, text) VALUES ('delete', ?, ?)")),
      add_unknown_(c.prepare("INSERT INTO unknown VALUES (?)")),
      remove_unknown_(c.prepare("DELETE FROM unknown WHERE body = ? RETURNING body")),
      find_(
          c.prepare("SELECT rowid FROM searchable WHERE searchable MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?")),
      unknown_(c.prepare("SELECT body FROM unknown ORDER BY body")) {}

std::string SearchTable::version() {
  auto rows = version_.query();
  return rows.next() ? std::string(rows.bytes(0)) : std::string();
}

void SearchTable::set_version(std::string_view version) { set_version_.execute(version); }

std::optional<LastIndexed> SearchTable::last() {
  auto rows = last_.query();
  if (!rows.next()) return std::nullopt;
  return LastIndexed{.body = rows.number<BodyId>(0), .checksum = std::string(rows.bytes(1))};
}

void SearchTable::add(std::span<const IndexedText> texts, const LastIndexed& last) {
  Changing changing(connection_);
  for (const IndexedText& entry : texts) {
    if (entry.text)
      add_.execute(entry.body, std::string_view(*entry.text));
    else
      add_unknown_.execute(entry.body);
  }
  set_last_.execute(last.body, sqlite::Blob{last.checksum});
  changing.commit();
}

void SearchTable::remove(std::span<const IndexedText> texts) {
  Changing changing(connection_);
  for (const IndexedText& entry : texts) {
    const bool was_unknown = remove_unknown_.query(entry.body).finish();
    if (!was_unknown && entry.text) remove_.execute(entry.body, std::string_view(*entry.text));
  }
  changing.commit();
}

std::size_t SearchTable::with_all(std::span<const std::string> trigrams, std::optional<BodyId> after,
                                  std::size_t limit, RangeSet<BodyId>& found) {
  const std::string query = match_all(trigrams);
  auto rows = find_.query(std::string_view(query), after ? static_cast<std::int64_t>(after->value()) : -1, limit);
  std::size_t count = 0;
  for (; rows.next(); ++count) found.add(rows.number<BodyId>(0));
  return count;
}

RangeSet<BodyId> SearchTable::unknown() {
  RangeSet<BodyId> out;
  auto rows = unknown_.query();
  while (rows.next()) out.add(rows.number<BodyId>(0));
  return out;
}

}  // namespace postbag::storage
