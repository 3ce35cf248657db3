// Trees that grow and are cut, with the question "which root is above this node" in O(log nodes): link-cut trees.
#pragma once

#include <cstdint>
#include <vector>

namespace postbag::search {

/// Nodes are numbered 0, 1, 2 ... Each has one parent or none. A chain of a hundred thousand messages that somebody
/// made up must not make each new link cost a walk along it. Any thread, one at a time.
class RootedForest {
 public:
  using Node = std::uint32_t;
  static constexpr Node none = static_cast<Node>(-1);

  /// Adds a node that stands alone.
  Node add() {
    parents_.push_back(none);
    splay_.emplace_back();
    return static_cast<Node>(parents_.size() - 1);
  }
  std::size_t size() const { return parents_.size(); }
  Node parent(Node node) const { return parents_[node]; }

  /// The top of the tree that `node` is in. O(log size), amortised.
  Node root(Node node);
  /// Makes the root `child` a child of `parent`, which must be in another tree.
  void link(Node child, Node parent);
  /// Makes `child` a root. Nothing happens if it is one.
  void cut(Node child);

 private:
  /// A node of the splay trees that hold the preferred paths, ordered by depth. `up` is the node above in the same
  /// splay tree, or where the path hangs.
  struct Splay {
    Node up = none, left = none, right = none;
  };
  bool is_splay_root(Node node) const;
  void rotate(Node node);
  void splay(Node node);
  /// Makes the path from the root to `node` a preferred one, with `node` at the top of its splay tree.
  void access(Node node);

  std::vector<Node> parents_;
  std::vector<Splay> splay_;
};

}  // namespace postbag::search
