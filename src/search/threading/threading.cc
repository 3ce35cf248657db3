#include "search/threading/threading.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace postbag::search {

// Step 1: links

std::uint32_t Threading::subject_number(const std::string& subject) {
  if (subject.empty()) return 0;
  return subjects_.try_emplace(subject, static_cast<std::uint32_t>(subjects_.size() + 1)).first->second;
}

Threading::Node Threading::new_node() {
  message_of_.push_back(none);
  return forest_.add();
}

Threading::Node Threading::node_of_id(std::uint64_t id) {
  const auto [it, is_new] = node_of_id_.try_emplace(id, none);
  if (is_new) it->second = new_node();
  return it->second;
}

/// Of several messages with one identifier only the first has it. RFC 5256 section 3, step 1 (A).
Threading::Node Threading::node_of_message(const ThreadMessage& message) {
  if (message.id.empty()) return new_node();
  const Node node = node_of_id(message.id.front());
  return is_dummy(node) ? node : new_node();
}

/// Unless that would make a loop. `child` must be a root.
void Threading::link(Node child, Node parent) {
  if (forest_.root(parent) != child) forest_.link(child, parent);
}

void Threading::add(const ThreadMessage& message) {
  const auto index = static_cast<std::uint32_t>(messages_.size());
  messages_.push_back({message.sent, subject_number(message.subject), message.reply_or_forward});
  if (by_ == ThreadBy::ordered_subject) {
    message_of_[new_node()] = index;
    return;
  }
  Node before = none;
  for (const std::uint64_t id : message.references) {
    const Node node = node_of_id(id);
    // (A): a link that is there stays.
    if (before != none && forest_.parent(node) == none) link(node, before);
    before = node;
  }
  const Node node = node_of_message(message);
  message_of_[node] = index;
  forest_.cut(node);  // (B): what its own references say counts more
  if (before != none) link(node, before);
}

// Steps 2 and 3: children

void Threading::append(Node parent, Node child) {
  Children& list = children_[parent];
  next_[child] = none;
  (list.first == none ? list.first : next_[list.last]) = child;
  list.last = child;
}

/// All children of `from` become children of `parent`.
void Threading::splice(Node parent, Node from) {
  const Children taken = std::exchange(children_[from], {});
  if (taken.first == none) return;
  Children& list = children_[parent];
  (list.first == none ? list.first : next_[list.last]) = taken.first;
  list.last = taken.last;
}

/// A dummy without children goes; one with children gives them to its parent, but to the root only a single one.
void Threading::lift(Node node) {
  const Node parent = forest_.parent(node);
  const Children below = children_[node];
  if (parent != none) return is_dummy(node) ? splice(parent, node) : append(parent, node);
  if (!is_dummy(node)) return roots_.push_back(node);
  if (below.first != none) roots_.push_back(below.first == below.last ? below.first : node);
}

/// Every node after all nodes below it: the order in which a walk from the roots finds them, backwards.
void Threading::prune() {
  const std::size_t nodes = forest_.size();
  std::vector<std::size_t> begin(nodes + 1);
  std::vector<Node> order;
  order.reserve(nodes);
  // Children by parent, counted and placed.
  for (Node n = 0; n < nodes; ++n)
    if (forest_.parent(n) != none) ++begin[forest_.parent(n) + 1];
  for (std::size_t i = 1; i <= nodes; ++i) begin[i] += begin[i - 1];
  std::vector<Node> placed(nodes);
  auto fill = begin;
  for (Node n = 0; n < nodes; ++n)
    if (forest_.parent(n) != none)
      placed[fill[forest_.parent(n)]++] = n;
    else
      order.push_back(n);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Node n = order[i];
    order.insert(order.end(), placed.begin() + static_cast<std::ptrdiff_t>(begin[n]),
                 placed.begin() + static_cast<std::ptrdiff_t>(begin[n + 1]));
  }
  children_.resize(nodes);
  next_.assign(nodes, none);
  std::ranges::for_each(order.rbegin(), order.rend(), [this](Node n) { lift(n); });
}

/// ORDEREDSUBJECT: the first message of a subject has all others as its children.
void Threading::group_by_subject() {
  children_.resize(forest_.size());
  next_.assign(forest_.size(), none);
  std::vector<Node> order(forest_.size());
  for (Node n = 0; n < order.size(); ++n) order[n] = n;
  std::ranges::sort(order, {}, [this](Node n) { return when(n); });
  std::unordered_map<std::uint32_t, Node> heads;
  for (const Node n : order) {
    const auto [it, is_head] = heads.try_emplace(messages_[message_of_[n]].subject, n);
    if (is_head)
      roots_.push_back(n);
    else
      append(it->second, n);
  }
}

// Steps 4 and 6: order

std::uint32_t Threading::speaker(Node root) const {
  return message_of_[is_dummy(root) ? children_[root].first : root];
}

Threading::When Threading::when(Node node) const {
  const std::uint32_t message = speaker(node);
  return {messages_[message].sent, message};
}

void Threading::sort_children_of(Node node) {
  std::vector<Node> list;
  for (Node n = children_[node].first; n != none; n = next_[n]) list.push_back(n);
  if (list.size() < 2) return;
  std::ranges::sort(list, {}, [this](Node n) { return when(n); });
  children_[node] = {};
  for (const Node n : list) append(node, n);
}

/// Only roots can be dummies, so a child's place never depends on its own children.
void Threading::sort_children() {
  for (Node n = 0; n < children_.size(); ++n) sort_children_of(n);
}

Threading::When Threading::newest_below(Node root) const {
  When newest = when(root);
  std::vector<Node> open{root};
  while (!open.empty()) {
    const Node node = open.back();
    open.pop_back();
    if (!is_dummy(node)) newest = std::max(newest, when(node));
    for (Node n = children_[node].first; n != none; n = next_[n]) open.push_back(n);
  }
  return newest;
}

void Threading::sort_roots() {
  std::vector<std::pair<When, Node>> keyed;
  keyed.reserve(roots_.size());
  for (const Node n : roots_) keyed.emplace_back(by_ == ThreadBy::refs ? newest_below(n) : when(n), n);
  std::ranges::sort(keyed, {}, [](const auto& one) { return one.first; });
  std::ranges::transform(keyed, roots_.begin(), [](const auto& one) { return one.second; });
}

// Step 5: threads of one subject

/// Merges a root into the one that its subject has in the table, or both into a new dummy. Yields the root that
/// then has the subject.
Threading::Node Threading::merged(Node with, Node current) {
  if (is_dummy(with) && is_dummy(current)) {
    splice(with, current);
    return with;
  }
  const bool answers = messages_[speaker(current)].reply_or_forward && !messages_[speaker(with)].reply_or_forward;
  if (is_dummy(with) || (!is_dummy(current) && answers)) {
    append(with, current);
    return with;
  }
  const Node dummy = new_node();
  children_.emplace_back();
  next_.push_back(none);
  append(dummy, with);
  append(dummy, current);
  return dummy;
}

void Threading::gather_subjects() {
  std::unordered_map<std::uint32_t, Node> table;
  const auto subject = [this](Node n) { return messages_[speaker(n)].subject; };
  const auto answers = [this](Node n) { return messages_[speaker(n)].reply_or_forward; };
  for (const Node n : roots_) {  // (B)
    if (subject(n) == 0) continue;
    const auto [it, is_new] = table.try_emplace(subject(n), n);
    if (is_new || is_dummy(it->second)) continue;
    if (is_dummy(n) || (answers(it->second) && !answers(n))) it->second = n;
  }
  std::vector<Node> left;  // (C)
  for (const Node n : roots_) {
    const auto it = table.find(subject(n));
    if (it == table.end()) {
      left.push_back(n);
    } else if (it->second != n) {
      it->second = merged(it->second, n);
    }
  }
  for (const auto& [number, root] : table) left.push_back(root);
  roots_ = std::move(left);
}

bool Threading::step() {
  const bool references = by_ == ThreadBy::references;
  switch (step_++) {
    case 0: by_ == ThreadBy::ordered_subject ? group_by_subject() : prune(); return true;
    case 1: sort_children(); return true;
    case 2: sort_roots(); return references;
    case 3: gather_subjects(); return true;
    case 4: sort_children(); return true;
    case 5: sort_roots(); return false;
    default: return false;
  }
}

// The answer

std::string Threading::wire(const std::function<std::uint32_t(std::uint32_t)>& number) const {
  std::string out;
  std::vector<Node> siblings;  // of each list that is open, the node after it
  // Writes "(" and a chain of only children, up to where the list ends or nests.
  const auto open = [&](Node node) {
    siblings.push_back(next_[node]);
    out.push_back('(');
    if (is_dummy(node)) return children_[node].first;
    for (;;) {
      out += std::to_string(number(message_of_[node]));
      const Children& below = children_[node];
      if (below.first == none) return none;
      out.push_back(' ');
      if (below.first != below.last) return below.first;
      node = below.first;
    }
  };
  for (const Node root : roots_) {
    Node nested = open(root);
    siblings.back() = none;  // roots are in no chain
    while (!siblings.empty()) {
      if (nested == none) {
        out.push_back(')');
        nested = siblings.back();
        siblings.pop_back();
      }
      if (nested != none) nested = open(nested);
    }
  }
  return out;
}

}  // namespace postbag::search
