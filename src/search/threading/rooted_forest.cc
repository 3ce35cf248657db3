#include "search/threading/rooted_forest.h"

namespace postbag::search {

bool RootedForest::is_splay_root(Node node) const {
  const Node up = splay_[node].up;
  return up == none || (splay_[up].left != node && splay_[up].right != node);
}

void RootedForest::rotate(Node node) {
  const Node up = splay_[node].up;
  const Node above = splay_[up].up;
  const bool up_was_root = is_splay_root(up);
  const bool was_left = splay_[up].left == node;
  Node& inner = was_left ? splay_[node].right : splay_[node].left;
  (was_left ? splay_[up].left : splay_[up].right) = inner;
  if (inner != none) splay_[inner].up = up;
  inner = up;
  splay_[up].up = node;
  splay_[node].up = above;
  if (!up_was_root) (splay_[above].left == up ? splay_[above].left : splay_[above].right) = node;
}

void RootedForest::splay(Node node) {
  while (!is_splay_root(node)) {
    const Node up = splay_[node].up;
    if (!is_splay_root(up)) {
      const Node above = splay_[up].up;
      const bool straight = (splay_[above].left == up) == (splay_[up].left == node);
      rotate(straight ? up : node);
    }
    rotate(node);
  }
}

void RootedForest::access(Node node) {
  Node below = none;
  for (Node at = node; at != none; at = splay_[at].up) {
    splay(at);
    splay_[at].right = below;
    below = at;
  }
  splay(node);
}

RootedForest::Node RootedForest::root(Node node) {
  access(node);
  while (splay_[node].left != none) node = splay_[node].left;
  splay(node);
  return node;
}

void RootedForest::link(Node child, Node parent) {
  parents_[child] = parent;
  access(child);
  splay_[child].up = parent;
}

void RootedForest::cut(Node child) {
  if (parents_[child] == none) return;
  parents_[child] = none;
  access(child);
  splay_[splay_[child].left].up = none;
  splay_[child].left = none;
}

}  // namespace postbag::search
