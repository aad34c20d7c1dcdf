// HTML pages: tables, then arrays in inline scripts, then items and links under headings.
#include "base/text.h"
#include "lists/code.h"
#include "lists/formats.h"
#include "lists/outline.h"
#include "lists/structured.h"
#include "proto/html_outline.h"

namespace meetlat {
namespace {

class HtmlSource final : public ListSource {
 public:
  std::string_view format() const noexcept override { return "html"; }

  bool sniff(std::string_view bytes, std::string_view name) const noexcept override {
    const std::string_view head = trim(bytes.substr(0, 20'000));
    if (starts_with_i(head, "<!doctype html") || starts_with_i(head, "<html")) return true;
    if (icontains(head, "<html") && icontains(head, "<head")) return true;
    if (name.ends_with(".md") || name.ends_with(".php") || head.starts_with("<?php")) return false;
    return head.starts_with('<') && (icontains(head, "<table") || icontains(head, "<a ") || icontains(head, "<li"));
  }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    auto page = outline_html(bytes);
    if (!page) return fail(page.error());
    ListBuilder list(format(), origin);
    std::vector<OutlineBlock> blocks = to_blocks(std::move(page->blocks));
    // The title is the heading above all.
    if (!page->title.empty()) {
      OutlineBlock title;
      title.kind = OutlineBlock::Kind::kHeading;
      title.spans = {HtmlSpan{page->title, {}}};
      blocks.insert(blocks.begin(), std::move(title));
    }
    std::vector<OutlineBlock> tables;
    for (const OutlineBlock& block : blocks) {
      if (block.kind != OutlineBlock::Kind::kItem) tables.push_back(block);
    }
    read_outline(tables, list);
    if (list.size() == 0) {
      for (const std::string& script : page->scripts) read_structured(read_code(script), {2}, list);
    }
    if (list.size() == 0) read_outline(blocks, list);
    return std::move(list).finish();
  }

 private:
  static std::vector<OutlineBlock> to_blocks(std::vector<HtmlBlock> parts) {
    std::vector<OutlineBlock> out;
    for (HtmlBlock& part : parts) {
      OutlineBlock block;
      block.level = part.level;
      block.bullet = true;
      block.spans = std::move(part.spans);
      block.rows = std::move(part.rows);
      block.kind = part.kind == HtmlBlock::Kind::kHeading ? OutlineBlock::Kind::kHeading
                   : part.kind == HtmlBlock::Kind::kTable ? OutlineBlock::Kind::kTable
                                                          : OutlineBlock::Kind::kItem;
      const std::string text = block.kind == OutlineBlock::Kind::kItem ? text_of(block.spans) : std::string{};
      const bool links =
          std::any_of(block.spans.begin(), block.spans.end(), [](const HtmlSpan& s) { return !s.href.empty(); });
      if (!links && text.size() < 80 && trim(text).ends_with(':')) {
        block.kind = OutlineBlock::Kind::kHeading;
        block.level = 7;
      }
      out.push_back(std::move(block));
    }
    return out;
  }
};

}  // namespace

const ListSource& html_source() noexcept {
  static const HtmlSource source;
  return source;
}

}  // namespace meetlat
