#include "tests/storage/faults/disk/disk.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace postbag::storage::test {

bool Chance::survives(bool last) {
  constexpr std::array percent = {90U, 50U, 10U};
  if (seed_ == 0) return false;
  if (seed_ == 1 && !last) return true;
  return random_() % 100 < percent[seed_ % percent.size()];
}

Disk::Disk(const Tree& durable) {
  items_.push_back({Directory{}, {}});
  for (const auto& [path, bytes] : durable) {
    const auto node = create(path, bytes == nullptr);
    if (bytes == nullptr) continue;
    items_[node].file.durable = bytes;
    items_[node].file.live = *bytes;
  }
  for (Node node = 0; node < items_.size(); ++node) sync(node);
}

Disk::Place Disk::place(const std::string& path) const {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {0, path};
  return {*find(path.substr(0, slash)), path.substr(slash + 1)};
}

std::optional<Disk::Node> Disk::find(const std::string& path) const {
  if (path.empty()) return 0;
  const auto slash = path.rfind('/');
  const auto parent = slash == std::string::npos ? std::optional<Node>(0) : find(path.substr(0, slash));
  if (!parent || !items_[*parent].directory) return std::nullopt;
  const auto& entries = items_[*parent].directory->live;
  const auto at = entries.find(slash == std::string::npos ? path : path.substr(slash + 1));
  if (at == entries.end()) return std::nullopt;
  return at->second;
}

void Disk::apply(Entries& entries, const Renamed& renamed) {
  for (const auto& [name, node] : renamed)
    if (node)
      entries.insert_or_assign(name, *node);
    else
      entries.erase(name);
}

void Disk::change(const Place& at, Renamed renamed) {
  auto& directory = *items_[at.directory].directory;
  apply(directory.live, renamed);
  directory.changes.push_back(std::move(renamed));
}

Disk::Node Disk::create(const std::string& path, bool directory) {
  static const auto empty = std::make_shared<const std::string>();
  const Node node = items_.size();
  items_.push_back({directory ? std::optional(Directory{}) : std::nullopt, {empty, {}, {}}});
  const auto at = place(path);
  change(at, {{at.name, node}});
  return node;
}

void Disk::link(const std::string& from, const std::string& to) {
  const auto at = place(to);
  change(at, {{at.name, *find(from)}});
}

void Disk::unlink(const std::string& path) {
  const auto at = place(path);
  change(at, {{at.name, std::nullopt}});
}

void Disk::rename(const std::string& from, const std::string& to) {
  const auto source = place(from);
  const auto target = place(to);
  const auto node = *find(from);
  if (source.directory == target.directory) {
    change(source, {{source.name, std::nullopt}, {target.name, node}});
    return;
  }
  change(target, {{target.name, node}});
  change(source, {{source.name, std::nullopt}});
}

void Disk::apply(std::string& content, const Change& change) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (!change.bytes) {
    content.resize(offset);
    return;
  }
  content.resize(std::max(content.size(), offset + change.bytes->size()));
  content.replace(offset, change.bytes->size(), *change.bytes);
}

void Disk::write(Node file, std::uint64_t offset, std::string_view bytes) {
  auto& f = items_[file].file;
  f.changes.push_back({offset, std::string(bytes), ++writes_});
  apply(f.live, f.changes.back());
}

void Disk::truncate(Node file, std::uint64_t size) {
  auto& f = items_[file].file;
  f.changes.push_back({size, std::nullopt, ++writes_});
  apply(f.live, f.changes.back());
}

void Disk::sync(Node node) {
  if (auto& directory = items_[node].directory) {
    directory->durable = directory->live;
    directory->changes.clear();
    return;
  }
  auto& file = items_[node].file;
  if (file.sync_failed) {
    // What failed to be synced once stays uncertain.
    for (auto& change : file.changes) change.synced = change.synced || change.number > 0;
    return;
  }
  if (file.changes.empty()) return;
  file.durable = std::make_shared<const std::string>(file.live);
  file.changes.clear();
}

void Disk::fail_sync(Node node) {
  auto& file = items_[node].file;
  if (items_[node].directory || file.changes.empty()) return;
  file.sync_failed = true;
  for (auto& change : file.changes)
    if (!change.synced) change.number = 0;
}

void Disk::apply_surviving(std::string& content, const Change& change, Chance& chance) const {
  const bool last = change.number == writes_;
  if (!change.bytes) {
    if (chance.survives(last)) apply(content, change);
    return;
  }
  const auto end = change.offset + change.bytes->size();
  for (auto at = change.offset; at < end;) {
    const auto next = std::min(end, (at / sector_bytes + 1) * sector_bytes);
    if (chance.survives(last))
      apply(content, {at, change.bytes->substr(at - change.offset, next - at), 0});
    else if (next > content.size() && chance.survives(last))
      content.resize(next);  // the new length without the bytes
    at = next;
  }
}

std::string Disk::surviving(const File& file, Chance& chance) const {
  std::string content = *file.durable;
  for (const auto& change : file.changes)
    if (change.synced)
      apply(content, change);
    else
      apply_surviving(content, change, chance);
  return content;
}

Disk::Entries Disk::surviving(const Directory& directory, Chance& chance) {
  auto entries = directory.durable;
  for (const auto& change : directory.changes)
    if (chance.survives(false)) apply(entries, change);
  return entries;
}

/// Builds the tree as it is, or as chance leaves it. A file has the same bytes under each of its names.
class Disk::Picture {
 public:
  Picture(const Disk& disk, std::optional<Chance> chance) : disk_(disk), chance_(std::move(chance)) {}
  Tree draw() {
    draw(0, "");
    return std::move(tree_);
  }

 private:
  void draw(Node node, const std::string& path) {
    const auto& item = disk_.items_[node];
    if (!item.directory) {
      tree_[path] = content(node);
      return;
    }
    if (node != 0) tree_[path] = nullptr;
    for (const auto& [name, child] : chance_ ? surviving(*item.directory, *chance_) : item.directory->live)
      draw(child, path.empty() ? name : path + '/' + name);
  }
  std::shared_ptr<const std::string> content(Node node) {
    const auto& file = disk_.items_[node].file;
    if (file.changes.empty()) return file.durable;
    auto& known = contents_[node];
    if (!known) known = std::make_shared<const std::string>(chance_ ? disk_.surviving(file, *chance_) : file.live);
    return known;
  }

  const Disk& disk_;
  std::optional<Chance> chance_;
  std::map<Node, std::shared_ptr<const std::string>> contents_;
  Tree tree_;
};

Tree Disk::live() const { return Picture(*this, std::nullopt).draw(); }

Tree Disk::after_power_loss(std::uint64_t seed) const { return Picture(*this, Chance(seed)).draw(); }

}  // namespace postbag::storage::test
