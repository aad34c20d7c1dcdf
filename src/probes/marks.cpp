#include "probes/marks.h"

#include <fmt/format.h>

#include "base/document.h"
#include "base/file.h"
#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kBodyPart = std::size_t{64} << 10;

Result<Mark> read_mark(const Doc& doc) {
  if (doc.map() == nullptr || doc.map()->empty()) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: a mark is a map", doc.mark.line));
  }
  Mark mark;
  for (const Doc::Entry& entry : *doc.map()) {
    const std::string* text = entry.value.string();
    const std::int64_t* number = entry.value.integer();
    if (text != nullptr && entry.key == "header") {
      mark.header = to_lower(*text);
    } else if (text != nullptr && entry.key == "contains") {
      mark.contains = to_lower(*text);
    } else if (text != nullptr && entry.key == "title") {
      mark.title = fold(*text);
    } else if (text != nullptr && entry.key == "resource") {
      mark.resource = to_lower(*text);
    } else if (text != nullptr && entry.key == "generator") {
      mark.generator = to_lower(*text);
    } else if (text != nullptr && entry.key == "refresh") {
      mark.refresh = to_lower(*text);
    } else if (text != nullptr && entry.key == "body") {
      mark.body = *text;
    } else if (number != nullptr && *number > 0 && entry.key == "body_shorter_than") {
      mark.body_shorter_than = static_cast<std::size_t>(*number);
    } else if (number != nullptr && *number >= 100 && *number < 600 && entry.key == "status") {
      mark.status = static_cast<int>(*number);
    } else {
      return fail(ErrorCode::kSchema, fmt::format("line {}: '{}' is no mark", entry.mark.line, entry.key));
    }
  }
  if (!mark.contains.empty() && mark.header.empty()) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: 'contains' needs 'header'", doc.mark.line));
  }
  return mark;
}

// "" when the header part of the mark does not hold.
std::string header_hit(const Mark& mark, const Exchange& exchange) {
  for (const Header& header : exchange.headers) {
    if (header.name == mark.header && (mark.contains.empty() || icontains(header.value, mark.contains))) {
      return fmt::format("header {}: {}", header.name, excerpt(header.value, 80));
    }
  }
  return {};
}

// Everything that a mark is compared with, lower-cased once for all marks of a page.
struct PageView {
  std::string title;
  std::string generator;
  std::string refresh;
  std::vector<std::string> resources;
  std::string_view body;
  std::size_t body_size = 0;
};

PageView view_of(const Exchange& exchange, const HtmlDocument* html) {
  PageView view;
  if (html == nullptr) return view;
  view.title = fold(std::string_view(html->title).substr(0, 500));
  view.generator = to_lower(html->generator);
  view.refresh = to_lower(html->meta_refresh);
  for (const HtmlResource& resource : html->resources) {
    if (view.resources.size() == 500) break;
    view.resources.push_back(to_lower(std::string_view(resource.url).substr(0, 500)));
  }
  view.body = std::string_view(exchange.body).substr(0, kBodyPart);
  view.body_size = exchange.body.size();
  return view;
}

// "" when the mark does not hold, else words about what was seen.
std::string mark_hit(const Mark& mark, const Exchange& exchange, const PageView& page) {
  std::string what;
  if (!mark.header.empty()) {
    what = header_hit(mark, exchange);
    if (what.empty()) return {};
  }
  if (mark.status != 0 && exchange.status != mark.status) return {};
  if (mark.body_shorter_than != 0 && page.body_size >= mark.body_shorter_than) return {};
  if (!mark.generator.empty()) {
    if (page.generator.find(mark.generator) == std::string::npos) return {};
    what = "generator " + mark.generator;
  }
  if (!mark.refresh.empty()) {
    if (page.refresh.find(mark.refresh) == std::string::npos) return {};
    what = "refresh to " + mark.refresh;
  }
  if (!mark.resource.empty()) {
    bool found = false;
    for (const std::string& url : page.resources) found = found || url.find(mark.resource) != std::string::npos;
    if (!found) return {};
    what = "the page loads " + mark.resource;
  }
  if (!mark.body.empty()) {
    if (page.body.find(mark.body) == std::string_view::npos) return {};
    what = "the page holds " + mark.body;
  }
  if (!mark.title.empty()) {
    if (page.title.find(mark.title) == std::string::npos) return {};
    what = "page title: " + excerpt(page.title, 120);
  }
  return what;
}

Result<MarkTable> load(std::string_view file) {
  Result<std::string> bytes = read_file(data_path(file));
  if (!bytes) return fail(bytes.error());
  Result<MarkTable> table = MarkTable::parse(*bytes);
  if (!table) return fail(table.error().code, fmt::format("{}: {}", file, table.error().context));
  return table;
}

}  // namespace

Result<MarkTable> MarkTable::parse(std::string_view yaml) {
  Result<Doc> doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  if (doc->seq() == nullptr) return fail(ErrorCode::kSchema, "a list of names with marks was expected");
  MarkTable table;
  for (const Doc& item : *doc->seq()) {
    const Doc* name = item.find("name");
    const Doc* any = item.find("any");
    if (name == nullptr || name->string() == nullptr || any == nullptr || any->seq() == nullptr) {
      return fail(ErrorCode::kSchema, fmt::format("line {}: 'name' and 'any' are needed", item.mark.line));
    }
    MarkedThing thing{*name->string(), {}};
    for (const Doc& mark_doc : *any->seq()) {
      Result<Mark> mark = read_mark(mark_doc);
      if (!mark) return fail(mark.error());
      thing.any.push_back(std::move(*mark));
    }
    table.things_.push_back(std::move(thing));
  }
  return table;
}

MarkHit MarkTable::match(const Exchange& exchange, const HtmlDocument* html) const {
  const PageView page = view_of(exchange, html);
  for (const MarkedThing& thing : things_) {
    for (const Mark& mark : thing.any) {
      std::string what = mark_hit(mark, exchange, page);
      if (!what.empty()) return {thing.name, std::move(what)};
    }
  }
  return {};
}

const Result<MarkTable>& intermediaries() {
  static const Result<MarkTable> table = load("data/intermediaries.yml");
  return table;
}

const Result<MarkTable>& bot_walls() {
  static const Result<MarkTable> table = load("data/bot-walls.yml");
  return table;
}

const Result<MarkTable>& parking() {
  static const Result<MarkTable> table = load("data/parking.yml");
  return table;
}

const Result<MarkTable>& other_software() {
  static const Result<MarkTable> table = load("data/other-software.yml");
  return table;
}

}  // namespace meetlat::probes
