// How deep a tag sequence nests, told before a tree is built: the tree builder scans its stack of open elements for
// most tags, and clones unclosed formatting elements into every later block, so that a small hostile page could cost
// minutes and gigabytes. Follows the rules of the HTML standard's "in body" and table modes closely enough to bound
// the real stack; foreign content (svg, math) never gets here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat::detail {

class HtmlNesting {
 public:
  // `name` in lower case; `tag` is the whole tag as written. False once a limit is passed.
  bool open(std::string_view name, std::string_view tag);
  bool close(std::string_view name);
  bool text();  // a run of characters
  std::size_t deepest() const noexcept { return deepest_; }

  static bool is_void(std::string_view name) noexcept;

 private:
  struct Open {
    int tag = 0;  // GumboTag
    std::size_t id = 0;
  };
  // The "list of active formatting elements": what is opened again in the next block.
  struct Formatting {
    int tag = 0;
    std::size_t id = 0;  // of its element; kMarker: ends the search
    std::string text;
  };

  std::size_t find_open(int tag, unsigned boundaries) const;
  std::size_t find_formatting(int tag) const;
  std::size_t push(int tag);
  void pop_to(std::size_t index);
  void erase_open(std::size_t index);
  void clear_to_marker();
  void pop_implied(std::size_t keep);
  void close_if_open(int tag, unsigned boundaries);
  void close_before(int tag);
  void close_list_item(int tag, int other);
  bool open_in_select(int tag);
  void open_table_part(int tag);
  void add_formatting(int tag, std::string_view text);
  void reconstruct();
  void adopt(int tag);
  bool adopt_once(int tag);
  bool ignored_in_select(int tag) const;
  bool charge(std::size_t scans);

  std::vector<Open> stack_;
  std::vector<Formatting> list_;
  std::vector<bool> is_open_;  // by id
  std::size_t scan_cost_ = 0;
  std::size_t clone_cost_ = 0;
  std::size_t tags_ = 0;
  std::size_t deepest_ = 0;
  int selects_ = 0;
  bool form_open_ = false;  // the form that inputs belong to; stays set when its element was popped
};

}  // namespace meetlat::detail
