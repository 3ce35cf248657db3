// Messages put into threads, as pure computation. RFC 5256 section 3, THREAD.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "search/threading/rooted_forest.h"

namespace postbag::search {

enum class ThreadBy : std::uint8_t {
  ordered_subject,
  references,
  refs,  ///< REFERENCES without the gathering by subject, threads in the order of their newest message
};

/// What threading needs of a message.
struct ThreadMessage {
  std::int64_t sent;    ///< seconds. RFC 5256 section 2.2
  std::string subject;  ///< the base subject, folded
  bool reply_or_forward = false;
  std::vector<std::uint64_t> id;          ///< key of its identifier, one or none
  std::vector<std::uint64_t> references;  ///< from the first of its thread to the one it answers
};

/// Takes the messages in the order of the mailbox, then makes the threads in a few steps, each of which costs
/// O(messages log messages) at most and no recursion. A message is known by its index in that order. Memory: about
/// 100 bytes a message and identifier. Any thread, one at a time.
class Threading {
 public:
  explicit Threading(ThreadBy by) : by_(by) {}

  void add(const ThreadMessage& message);
  /// Messages and identifiers so far.
  std::size_t nodes() const { return forest_.size(); }

  /// Does the next step. False when the threads are made.
  bool step();

  /// "(1)(2 3 (4)(5))": the threads in wire form, each message as `number` of its index. Empty when there are none.
  /// RFC 5256 section 5, thread-list.
  std::string wire(const std::function<std::uint32_t(std::uint32_t)>& number) const;

 private:
  using Node = RootedForest::Node;
  static constexpr Node none = RootedForest::none;

  struct Message {
    std::int64_t sent;
    std::uint32_t subject;  ///< equal for equal subjects; 0 for the empty one
    bool reply_or_forward;
  };
  /// A node's children, in a chain.
  struct Children {
    Node first = none, last = none;
  };
  /// When a node comes among its siblings; equal ones by the place in the mailbox. RFC 5256 section 2.2.
  struct When {
    std::int64_t sent;
    std::uint32_t message;
    auto operator<=>(const When&) const = default;
  };

  std::uint32_t subject_number(const std::string& subject);
  // Step 1
  Node new_node();
  Node node_of_id(std::uint64_t id);
  Node node_of_message(const ThreadMessage& message);
  void link(Node child, Node parent);
  // Steps 2 to 6
  void group_by_subject();
  void prune();
  void gather_subjects();
  void sort_children();
  void sort_roots();

  bool is_dummy(Node node) const { return message_of_[node] == none; }
  void append(Node parent, Node child);
  void splice(Node parent, Node from);
  void sort_children_of(Node node);
  void lift(Node root);
  /// The message that stands for a root: its own, or a dummy's first child's.
  std::uint32_t speaker(Node root) const;
  When when(Node node) const;
  When newest_below(Node root) const;
  Node merged(Node with, Node current);

  ThreadBy by_;
  int step_ = 0;
  std::vector<Message> messages_;
  // Trees and not hash tables, since a stranger chooses what is in them.
  std::map<std::string, std::uint32_t> subjects_;
  RootedForest forest_;  ///< as step 1 links it
  std::map<std::uint64_t, Node> node_of_id_;
  std::vector<std::uint32_t> message_of_;  ///< by node; none: a dummy
  std::vector<Children> children_;         ///< by node, once pruned
  std::vector<Node> next_;                 ///< by node: the next sibling
  std::vector<Node> roots_;
};

}  // namespace postbag::search
