// Access to a parse tree. The typed views that abnfc.py generates for each rule of a grammar derive from View.
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include "protocol/parse/tape.h"

namespace postbag::protocol {

/// A matched rule: two pointers, into text and tape, cheap to copy. Valid as long as that text and tape (for
/// commands: until the CommandReader's next event is asked for). A default View is empty, and all it yields is
/// empty.
class View {
 public:
  View() = default;
  View(const char* text, const Node* node) : text_(text), node_(node) {}

  /// True when it refers to a node. False for the result of a mandatory accessor while the command is incomplete,
  /// after an announced literal.
  explicit operator bool() const { return node_ != nullptr; }

  /// The bytes that the rule matched, as they were sent: with quotes, escapes and literal headers.
  std::string_view text() const {
    return node_ ? std::string_view(text_ + node_->begin(), node_->end() - node_->begin()) : std::string_view();
  }
  /// A grammar's Rule as a number. The view must not be empty.
  std::uint16_t rule_number() const { return node_->rule(); }
  /// The child at `index`, of any rule; an empty View when there are fewer.
  View child(std::size_t index) const {
    if (!node_) return {};
    const Node* child = node_ + 1;
    const Node* end = node_ + node_->size();
    for (; child != end && index != 0; --index) child += child->size();
    return child == end ? View() : View(text_, child);
  }
  /// The offset of text() in the command, for messages.
  std::size_t offset() const { return node_ ? node_->begin() : 0; }

 protected:
  const char* text_ = nullptr;
  const Node* node_ = nullptr;

  template <class T>
  friend class Children;
  template <class T>
  friend T first_child(const View& parent);
};

/// The children of a view that match rule T, in order. Forward range; the cost is the number of children passed.
template <class T>
class Children {
 public:
  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    Iterator() = default;
    Iterator(const char* text, const Node* node, const Node* end) : text_(text), node_(node), end_(end) {
      settle();
    }
    T operator*() const { return T(text_, node_); }
    Iterator& operator++() {
      node_ += node_->size();
      settle();
      return *this;
    }
    Iterator operator++(int) {
      Iterator old = *this;
      ++*this;
      return old;
    }
    bool operator==(const Iterator& other) const { return node_ == other.node_; }

   private:
    void settle() {
      while (node_ != end_ && node_->rule() != static_cast<std::uint16_t>(T::rule)) node_ += node_->size();
    }
    const char* text_ = nullptr;
    const Node* node_ = nullptr;
    const Node* end_ = nullptr;
  };

  explicit Children(const View& parent) : parent_(parent) {}
  Iterator begin() const {
    if (!parent_) return {};
    return Iterator(parent_.text_, parent_.node_ + 1, parent_.node_ + parent_.node_->size());
  }
  Iterator end() const {
    if (!parent_) return {};
    const Node* end = parent_.node_ + parent_.node_->size();
    return Iterator(parent_.text_, end, end);
  }
  bool empty() const { return begin() == end(); }
  std::size_t size() const { return static_cast<std::size_t>(std::distance(begin(), end())); }

 private:
  View parent_;
};

/// The first child of rule T; an empty T when there is none.
template <class T>
T first_child(const View& parent) {
  const Children<T> all(parent);
  return all.empty() ? T() : *all.begin();
}

/// The first child of rule T, or nothing.
template <class T>
std::optional<T> optional_child(const View& parent) {
  const T child = first_child<T>(parent);
  return child ? std::optional<T>(child) : std::nullopt;
}

}  // namespace postbag::protocol
