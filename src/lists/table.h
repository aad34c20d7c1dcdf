// Tables of hosters, wherever they stand (Markdown, HTML, CSV): which column holds the instance is decided by headings
// and by what the cells hold, never by position alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lists/list_builder.h"
#include "lists/vocabulary.h"
#include "proto/html_outline.h"

namespace meetlat {

using TableRows = std::vector<std::vector<HtmlSpans>>;

// What stands above a table or list item.
struct ListContext {
  std::vector<std::string> countries;  // of the nearest heading that names some
  std::string access;                  // "limited" and so on, by a heading
  bool official = false;
  Topic topic = Topic::kNeutral;
};

// Instances that a cell or item holds, best form first.
struct CellHosts {
  std::vector<Candidate> written;  // its visible words are the host or URL
  std::vector<Candidate> linked;   // it links there under another name
};
CellHosts hosts_in(const HtmlSpans& cell);

// Claims of the context for one instance.
std::vector<Claim> context_claims(const ListContext& context, const ListBuilder& list);
// "dial-in", "recording" claims that a cell's or item's marks make.
void add_mark_claims(const Answer& answer, const ListBuilder& list, std::vector<Claim>& claims);
// Removes what names an operator when a claim says that it is a private person.
void drop_private_persons(std::vector<Claim>& claims);

// How many rows named an instance. `first_line` is the line of rows[0], 0 when unknown; `headed` says that rows[0] is
// a heading for sure, else that is found out.
std::size_t read_table(const TableRows& rows, bool headed, std::size_t first_line, const ListContext& context,
                       ListBuilder& list);

}  // namespace meetlat
