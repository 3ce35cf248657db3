// A text that arrives in pieces and may be too long to keep.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace postbag::mime {

/// How much of a text is kept.
struct Kept {
  std::size_t head;  ///< bytes of its beginning
  std::size_t tail;  ///< bytes of its end, after the head
};

/// Keeps the beginning and the end of a text and drops what lies between. The result does not depend on the
/// pieces.
class LongText {
 public:
  void append(std::string_view piece, Kept kept) {
    const std::size_t room = kept.head - std::min(kept.head, head_.size());
    head_.append(piece.substr(0, room));
    if (piece.size() <= room) return;
    piece.remove_prefix(room);
    cut_ = true;
    lost_ = lost_ || tail_.size() + piece.size() > kept.tail;
    if (piece.size() > kept.tail) piece.remove_prefix(piece.size() - kept.tail);
    tail_.append(piece);
    tail_size_ = std::min(kept.tail, tail_.size());
    if (tail_.size() > 2 * kept.tail) tail_.erase(0, tail_.size() - kept.tail);  // not for each small piece
  }
  /// Appends the part of `other` after its head.
  void append_tail(const LongText& other, Kept kept) {
    append(other.tail(), kept);
    lost_ = lost_ || other.lost_;
  }

  bool empty() const { return head_.empty(); }
  std::string_view head() const { return head_; }
  std::string_view tail() const { return std::string_view(tail_).substr(tail_.size() - tail_size_); }
  /// True when the text is longer than its head.
  bool is_cut() const { return cut_; }
  /// True when bytes between head and tail were dropped.
  bool has_lost() const { return lost_; }
  void clear() {
    head_.clear();
    tail_.clear();
    tail_size_ = 0;
    cut_ = lost_ = false;
  }

 private:
  std::string head_, tail_;
  std::size_t tail_size_ = 0;
  bool cut_ = false;
  bool lost_ = false;
};

}  // namespace postbag::mime
