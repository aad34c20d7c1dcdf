// Merged lists as text for people and other programs.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "lists/merge.h"

namespace meetlat {

// "table", "json", "txt", "csv".
std::span<const std::string_view> list_formats() noexcept;

struct ListRendering {
  std::string_view format = "table";
  bool show_excluded = false;  // name those that opted out; else they are only counted
  std::size_t columns = 100;   // of the table
};

// json: schema "meetlat-list/1", everything, can be read as a list again. txt: one URL a line. csv: RFC 4180, one row
// an instance; a cell that a spreadsheet would run as a formula gets an apostrophe in front. table: for terminals.
std::string render_list(const MergedList& list, const ListRendering& rendering);

}  // namespace meetlat
