// A disk in the worst case: what is synced stays, of the rest anything may remain after a loss of power.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postbag::storage::test {

/// The files and directories below a root, by path relative to it. A directory has no bytes.
using Tree = std::map<std::string, std::shared_ptr<const std::string>>;

/// Which unsynced data reaches the disk when the power fails. Seed 0: nothing. Seed 1: all, but the last write is
/// torn. Others: each 512-byte sector, each truncation and each change of a directory by its own chance, with few,
/// half or most of them surviving.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : seed_(seed), random_(seed) {}
  /// True if this piece survives; `last`: it belongs to the last write.
  bool survives(bool last);

 private:
  std::uint64_t seed_;
  std::mt19937_64 random_;
};

/// A directory tree with, for each file and directory, its durable content and the changes since its last sync.
/// Paths are relative to the root, which is "". Callers name only what exists.
class Disk {
 public:
  using Node = std::size_t;

  /// Everything in `durable` is synced.
  explicit Disk(const Tree& durable = {});

  std::optional<Node> find(const std::string& path) const;
  bool is_directory(Node node) const { return items_[node].directory.has_value(); }
  /// Makes an empty file or a directory where nothing exists.
  Node create(const std::string& path, bool directory);
  void write(Node file, std::uint64_t offset, std::string_view bytes);
  void truncate(Node file, std::uint64_t size);
  void link(const std::string& from, const std::string& to);
  void unlink(const std::string& path);
  void rename(const std::string& from, const std::string& to);
  /// What was changed before is durable. After a failed sync of a file what was changed before *that* is not: the
  /// system considers those pages clean, and no later sync writes them.
  void sync(Node node);
  void fail_sync(Node node);

  /// What a new process sees, also after kill -9.
  Tree live() const;
  /// What remains after a loss of power at this moment.
  Tree after_power_loss(std::uint64_t seed) const;

 private:
  static constexpr std::uint64_t sector_bytes = 512;
  /// Bytes written at `offset`, or without them a truncation to it.
  struct Change {
    std::uint64_t offset;
    std::optional<std::string> bytes;
    std::uint64_t number;  ///< counts the writes of the whole disk
    bool synced = false;
  };
  struct File {
    std::shared_ptr<const std::string> durable;
    std::string live;
    std::vector<Change> changes;
    bool sync_failed = false;
  };
  using Entries = std::map<std::string, Node>;
  /// A name that changed, and what it means now; a rename is two that survive together.
  using Renamed = std::vector<std::pair<std::string, std::optional<Node>>>;
  struct Directory {
    Entries durable;
    Entries live;
    std::vector<Renamed> changes;
  };
  struct Place {
    Node directory;
    std::string name;
  };
  struct Item {
    std::optional<Directory> directory;  ///< else it is a file
    File file;
  };

  Place place(const std::string& path) const;
  void change(const Place& at, Renamed renamed);
  static void apply(Entries& entries, const Renamed& renamed);
  static void apply(std::string& content, const Change& change);
  void apply_surviving(std::string& content, const Change& change, Chance& chance) const;
  std::string surviving(const File& file, Chance& chance) const;
  static Entries surviving(const Directory& directory, Chance& chance);
  class Picture;

  std::vector<Item> items_;
  std::uint64_t writes_ = 0;
};

}  // namespace postbag::storage::test
