#include "tests/storage/formats/old_account.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <sqlite3.h>

namespace postbag::storage::test {

namespace {

std::string read(const std::string& name) {
  const std::ifstream file(std::filesystem::path(POSTBAG_FORMATS) / name);
  if (!file) throw std::runtime_error("cannot read " + name);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

using Database = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;

Database open(const std::filesystem::path& directory) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open((directory / "mail.db").c_str(), &raw);
  Database database(raw, sqlite3_close);
  if (code != SQLITE_OK) throw std::runtime_error("cannot open the database");
  return database;
}

/// Calls f with the first column of each row.
template <class F>
void run(const std::filesystem::path& directory, const std::string& sql, F f) {
  const auto row = [](void* to, int, char** columns, char**) {
    (*static_cast<F*>(to))(columns[0] != nullptr ? columns[0] : "");
    return 0;
  };
  const auto database = open(directory);
  if (sqlite3_exec(database.get(), sql.c_str(), row, &f, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(database.get()));
}

/// The messages that were in files: all begin alike and go on with so many x.
void make_files(const std::filesystem::path& directory) {
  run(directory, "SELECT file FROM body WHERE file IS NOT NULL", [&](const std::string& name) {
    constexpr std::size_t size = 3000;
    std::string bytes = "Subject: letter 7\r\n\r\n";
    bytes.resize(size, 'x');
    const auto below = directory / "bodies" / name.substr(0, 2);
    std::filesystem::create_directories(below);
    std::ofstream(below / name) << bytes;
  });
}

}  // namespace

void make_old_account(const std::filesystem::path& directory, int version) {
  run_sql(directory, read("mail-" + std::to_string(version) + ".sql"));
  make_files(directory);
}

std::string old_account_text(int version) { return read("mail-" + std::to_string(version) + ".txt"); }

void run_sql(const std::filesystem::path& directory, const std::string& sql) {
  run(directory, sql, [](const std::string&) {});
}

long long ask_sql(const std::filesystem::path& directory, const std::string& sql) {
  long long answer = 0;
  run(directory, sql, [&](const std::string& value) { answer = std::stoll(value); });
  return answer;
}

}  // namespace postbag::storage::test
