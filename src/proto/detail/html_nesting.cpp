#include "proto/detail/html_nesting.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace meetlat::detail {
namespace {

constexpr std::size_t kMaxDepth = 2'000;
constexpr std::size_t kMaxFormatting = 500;                    // waiting to be opened again
constexpr std::size_t kMaxScanCost = 100'000'000;              // steps over the stack of open elements
constexpr std::size_t kMaxCloneCost = std::size_t{256} << 20;  // bytes of formatting elements opened again
constexpr std::size_t kMaxTags = 100'000;                      // in a page; three times what full pages have
constexpr std::size_t kCloneOverhead = 200;                    // a node
constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kMarker = kNone;

enum Class : unsigned {
  kSpecial = 1,
  kScope = 2,        // ends a search for an element "in scope"
  kButtonScope = 4,  // additionally ends a search for an open <p>
  kClosesP = 8,
  kFormatting = 16,
  kTableScope = 32,
  kVoid = 64,
  kIgnored = 128,  // html, head, body: one of each, opened by the tree builder
  kHeading = 256,
  kMarks = 512,  // its content has formatting elements of its own
  kCell = 4096,
  kImplied = 8192,       // its end tag may be left out
  kListScope = 2048,     // additionally ends a search for an open <li>
  kReconstructs = 1024,  // opens waiting formatting elements first although it is special
};

using ClassTable = std::array<unsigned, GUMBO_TAG_LAST + 1>;

ClassTable make_classes() {
  ClassTable table{};
  const auto mark = [&table](unsigned flags, std::initializer_list<const char*> names) {
    for (const std::string_view name : names) {
      const GumboTag tag = gumbo_tagn_enum(name.data(), static_cast<unsigned>(name.size()));
      if (tag != GUMBO_TAG_UNKNOWN) table.at(static_cast<std::size_t>(tag)) |= flags;
    }
  };
  mark(kSpecial | kClosesP, {"address", "article",  "aside",  "blockquote", "center",  "details",   "dir",    "div",
                             "dl",      "fieldset", "figure", "figcaption", "footer",  "header",    "hgroup", "main",
                             "menu",    "nav",      "ol",     "p",          "section", "summary",   "ul",     "pre",
                             "listing", "form",     "li",     "dd",         "dt",      "plaintext", "hr",     "xmp"});
  mark(kClosesP, {"dialog"});
  mark(kSpecial | kClosesP | kHeading, {"h1", "h2", "h3", "h4", "h5", "h6"});
  mark(kSpecial | kClosesP | kScope | kTableScope, {"table"});
  mark(kSpecial | kScope | kTableScope, {"template"});
  mark(kSpecial | kScope, {"applet", "caption", "marquee", "object", "td", "th"});
  mark(kSpecial | kButtonScope, {"button"});
  mark(kSpecial, {"area",    "base",     "basefont", "bgsound", "br",     "col",     "colgroup", "embed",
                  "frame",   "frameset", "iframe",   "img",     "input",  "isindex", "link",     "meta",
                  "noembed", "noframes", "noscript", "param",   "script", "select",  "source",   "style",
                  "tbody",   "textarea", "tfoot",    "thead",   "title",  "tr",      "track",    "wbr"});
  mark(kVoid, {"area", "base",  "basefont", "bgsound", "br",   "col",   "embed",  "frame", "hr",  "image",
               "img",  "input", "keygen",   "link",    "meta", "param", "source", "track", "wbr", "menuitem"});
  mark(kFormatting, {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"});
  mark(kMarks, {"applet", "caption", "marquee", "object", "td", "template", "th"});
  mark(kReconstructs, {"area", "br", "embed", "img", "image", "wbr", "input", "button", "applet", "marquee", "noscript",
                       "object", "select"});
  mark(kListScope, {"ol", "ul"});
  mark(kImplied, {"dd", "dt", "li", "option", "optgroup", "p", "rb", "rp", "rt", "rtc"});
  mark(kCell, {"caption", "td", "th"});
  mark(kIgnored, {"html", "head", "body"});
  return table;
}

const ClassTable& classes() {
  static const ClassTable table = make_classes();
  return table;
}

unsigned class_of(int tag) {
  return classes().at(static_cast<std::size_t>(tag));
}

int tag_of(std::string_view name) {
  return gumbo_tagn_enum(name.data(), static_cast<unsigned>(std::min<std::size_t>(name.size(), 1000)));
}

bool is_table_part(int tag) {
  switch (tag) {
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_COLGROUP:
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_THEAD:
    case GUMBO_TAG_TFOOT:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool HtmlNesting::is_void(std::string_view name) noexcept {
  return (class_of(tag_of(name)) & kVoid) != 0;
}

// The topmost open element of that kind above the nearest boundary; kNone when a boundary comes first.
std::size_t HtmlNesting::find_open(int tag, unsigned boundaries) const {
  for (std::size_t i = stack_.size(); i-- > 0;) {
    const Open& open = stack_[i];
    if (open.tag == tag) return i;  // the tree builder does not tell unknown tags apart either
    if ((class_of(open.tag) & boundaries) != 0) return kNone;
  }
  return kNone;
}

std::size_t HtmlNesting::find_formatting(int tag) const {
  for (std::size_t i = list_.size(); i-- > 0;) {
    if (list_[i].id == kMarker) return kNone;
    if (list_[i].tag == tag) return i;
  }
  return kNone;
}

std::size_t HtmlNesting::push(int tag) {
  const std::size_t id = is_open_.size();
  is_open_.push_back(true);
  stack_.push_back({tag, id});
  selects_ += tag == GUMBO_TAG_SELECT ? 1 : 0;
  deepest_ = std::max(deepest_, stack_.size());
  return id;
}

void HtmlNesting::erase_open(std::size_t index) {
  is_open_[stack_[index].id] = false;
  stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(index));
}

void HtmlNesting::clear_to_marker() {
  while (!list_.empty()) {
    const bool marker = list_.back().id == kMarker;
    list_.pop_back();
    if (marker) return;
  }
}

void HtmlNesting::pop_to(std::size_t index) {
  while (stack_.size() > index) {
    const Open& open = stack_.back();
    is_open_[open.id] = false;
    selects_ -= open.tag == GUMBO_TAG_SELECT ? 1 : 0;
    if ((class_of(open.tag) & kMarks) != 0) clear_to_marker();
    stack_.pop_back();
  }
}

void HtmlNesting::pop_implied(std::size_t keep) {
  while (stack_.size() > keep && (class_of(stack_.back().tag) & kImplied) != 0) pop_to(stack_.size() - 1);
}

void HtmlNesting::close_if_open(int tag, unsigned boundaries) {
  const std::size_t index = find_open(tag, boundaries);
  if (index != kNone) pop_to(index);
}

// A new li (or dt, dd) ends an open one unless a special element other than address, div and p lies between.
void HtmlNesting::close_list_item(int tag, int other) {
  for (std::size_t i = stack_.size(); i-- > 0;) {
    const int open = stack_[i].tag;
    if (open == tag || open == other) return pop_to(i);
    const bool passable = open == GUMBO_TAG_ADDRESS || open == GUMBO_TAG_DIV || open == GUMBO_TAG_P;
    if (!passable && (class_of(open) & kSpecial) != 0) return;
  }
}

// Inside a select most start tags are ignored. True when this one is not.
bool HtmlNesting::open_in_select(int tag) {
  const std::size_t index = find_open(GUMBO_TAG_SELECT, kTableScope);
  if (index == kNone) return true;
  const bool in_table = find_open(GUMBO_TAG_TABLE, 0) != kNone;
  switch (tag) {
    case GUMBO_TAG_OPTION:
    case GUMBO_TAG_OPTGROUP:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_SCRIPT:
      return true;
    case GUMBO_TAG_SELECT:
      pop_to(index);
      return false;
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_KEYGEN:
    case GUMBO_TAG_TEXTAREA:
      pop_to(index);
      return true;
    default:
      if (!in_table || (!is_table_part(tag) && tag != GUMBO_TAG_TABLE)) return false;
      pop_to(index);
      return true;
  }
}

bool HtmlNesting::ignored_in_select(int tag) const {
  if (selects_ == 0 || find_open(GUMBO_TAG_SELECT, kTableScope) == kNone) return false;
  return tag != GUMBO_TAG_SELECT && tag != GUMBO_TAG_OPTION && tag != GUMBO_TAG_OPTGROUP && tag != GUMBO_TAG_TEMPLATE &&
         tag != GUMBO_TAG_SCRIPT && !is_table_part(tag) && tag != GUMBO_TAG_TABLE;
}

// Rows and cells end everything that is open in the innermost table down to the part that may hold them.
void HtmlNesting::open_table_part(int tag) {
  const std::size_t table = find_open(GUMBO_TAG_TABLE, 0);
  const std::size_t tmpl = find_open(GUMBO_TAG_TEMPLATE, 0);
  if (table == kNone && tmpl == kNone) return;  // ignored by the tree builder
  if (tmpl != kNone && (table == kNone || tmpl > table)) {
    push(tag);  // in a template: counted without the finer rules
    if ((class_of(tag) & kMarks) != 0) list_.push_back({tag, kMarker, {}});
    return;
  }
  std::size_t keep = table + 1;
  const auto is = [&](std::size_t i, std::initializer_list<int> tags) {
    return i < stack_.size() && std::find(tags.begin(), tags.end(), stack_[i].tag) != tags.end();
  };
  const bool cell = tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH;
  if (cell || tag == GUMBO_TAG_TR) {
    if (is(keep, {GUMBO_TAG_TBODY, GUMBO_TAG_THEAD, GUMBO_TAG_TFOOT})) ++keep;
    if (cell && is(keep, {GUMBO_TAG_TR})) ++keep;
  }
  pop_to(std::min(keep, stack_.size()));
  if ((cell || tag == GUMBO_TAG_TR) && stack_.size() == table + 1) push(GUMBO_TAG_TBODY);
  if (cell && stack_.back().tag != GUMBO_TAG_TR) push(GUMBO_TAG_TR);
  push(tag);
  if ((class_of(tag) & kMarks) != 0) list_.push_back({tag, kMarker, {}});
}

// Of more than three alike, the oldest is forgotten ("Noah's Ark clause").
void HtmlNesting::add_formatting(int tag, std::string_view text) {
  int alike = 0;
  std::size_t oldest = 0;
  for (std::size_t i = list_.size(); i-- > 0 && list_[i].id != kMarker;) {
    if (list_[i].tag == tag && list_[i].text == text) {
      ++alike;
      oldest = i;
    }
  }
  if (alike >= 3) list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(oldest));
  scan_cost_ += list_.size();
  list_.push_back({tag, push(tag), std::string(text)});
}

void HtmlNesting::reconstruct() {
  std::size_t first = list_.size();
  while (first > 0 && list_[first - 1].id != kMarker && !is_open_[list_[first - 1].id]) --first;
  for (std::size_t i = first; i < list_.size(); ++i) {
    clone_cost_ += list_[i].text.size() + kCloneOverhead;
    list_[i].id = push(list_[i].tag);
  }
}

// One round of the "adoption agency algorithm". False when it is finished.
bool HtmlNesting::adopt_once(int tag) {
  const std::size_t entry = find_formatting(tag);
  if (entry == kNone) return false;
  const std::size_t id = list_[entry].id;
  const auto forget = [&] { list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(entry)); };
  if (!is_open_[id]) {
    forget();
    return false;
  }
  std::size_t at = stack_.size() - 1;
  bool in_scope = true;
  std::size_t block = kNone;  // the outermost special element inside the formatting element
  for (; stack_[at].id != id; --at) {
    const unsigned kind = class_of(stack_[at].tag);
    if ((kind & kScope) != 0) in_scope = false;
    if ((kind & kSpecial) != 0) block = at;
  }
  scan_cost_ += stack_.size();
  if (!in_scope) return false;
  if (block == kNone) {
    pop_to(at);
    forget();
    return false;
  }
  // What lies between is cloned (the three next to the block) or taken out.
  int inner = 0;
  for (std::size_t node = block; node-- > at + 1;) {
    const auto listed =
        std::find_if(list_.begin(), list_.end(), [&](const Formatting& f) { return f.id == stack_[node].id; });
    if (listed != list_.end() && ++inner <= 3) {
      clone_cost_ += listed->text.size() + kCloneOverhead;
      continue;
    }
    if (listed != list_.end()) list_.erase(listed);
    erase_open(node);
    --block;
  }
  const std::size_t still = find_formatting(tag);
  if (still == kNone || list_[still].id != id) return false;
  clone_cost_ += list_[still].text.size() + kCloneOverhead;
  // The formatting element leaves; its clone becomes the block's only open child.
  std::rotate(stack_.begin() + static_cast<std::ptrdiff_t>(at), stack_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
              stack_.begin() + static_cast<std::ptrdiff_t>(block) + 1);
  return true;
}

void HtmlNesting::adopt(int tag) {
  if (!stack_.empty() && stack_.back().tag == tag) {
    const bool listed =
        std::any_of(list_.begin(), list_.end(), [&](const Formatting& f) { return f.id == stack_.back().id; });
    if (!listed) return pop_to(stack_.size() - 1);
  }
  if (find_formatting(tag) == kNone) {
    const std::size_t index = find_open(tag, kSpecial);
    if (index != kNone) pop_to(index);
    return;
  }
  for (int round = 0; round < 8 && adopt_once(tag); ++round) scan_cost_ += list_.size();
}

bool HtmlNesting::charge(std::size_t scans) {
  scan_cost_ += scans * stack_.size() + list_.size() + 1;
  tags_ += scans > 0 ? 1 : 0;
  return tags_ <= kMaxTags && stack_.size() <= kMaxDepth && list_.size() <= kMaxFormatting &&
         scan_cost_ <= kMaxScanCost && clone_cost_ <= kMaxCloneCost;
}

bool HtmlNesting::text() {
  if (selects_ > 0 && find_open(GUMBO_TAG_SELECT, kTableScope) != kNone) return true;
  reconstruct();
  return charge(0);
}

void HtmlNesting::close_before(int tag) {
  const unsigned kind = class_of(tag);
  if (tag == GUMBO_TAG_LI) close_list_item(tag, tag);
  if (tag == GUMBO_TAG_DD || tag == GUMBO_TAG_DT) close_list_item(GUMBO_TAG_DD, GUMBO_TAG_DT);
  if ((kind & kClosesP) != 0) close_if_open(GUMBO_TAG_P, kScope | kButtonScope);
  if (tag == GUMBO_TAG_BUTTON) close_if_open(tag, kScope);
  const int top = stack_.empty() ? GUMBO_TAG_LAST : stack_.back().tag;
  const bool after_option = top == GUMBO_TAG_OPTION && (tag == GUMBO_TAG_OPTION || tag == GUMBO_TAG_OPTGROUP);
  if (after_option || ((kind & kHeading) != 0 && (class_of(top) & kHeading) != 0)) pop_to(stack_.size() - 1);
  if (tag == GUMBO_TAG_OPTGROUP && selects_ > 0 && !stack_.empty() && stack_.back().tag == tag) {
    pop_to(stack_.size() - 1);
  }
}

bool HtmlNesting::open(std::string_view name, std::string_view tag_text) {
  const int tag = tag_of(name);
  const unsigned kind = class_of(tag);
  if ((kind & kIgnored) != 0) return charge(1);
  if (selects_ > 0 && !open_in_select(tag)) return charge(1);
  if (is_table_part(tag)) {
    open_table_part(tag);
    return charge(2);
  }
  const bool in_select = selects_ > 0 && find_open(GUMBO_TAG_SELECT, kTableScope) != kNone;
  if (tag == GUMBO_TAG_FORM) {
    if (form_open_ && find_open(GUMBO_TAG_TEMPLATE, 0) == kNone) return charge(1);  // forms do not nest
    form_open_ = true;
  }
  close_before(tag);
  if (tag == GUMBO_TAG_TABLE) {  // a table outside a cell of the open one ends it
    const std::size_t cell = find_open(GUMBO_TAG_TABLE, kTableScope | kCell);
    if (cell != kNone) pop_to(cell);
  }
  if (tag == GUMBO_TAG_A && find_formatting(tag) != kNone) {
    const std::size_t id = list_[find_formatting(tag)].id;
    adopt(tag);
    std::erase_if(list_, [&](const Formatting& f) { return f.id == id; });
    for (std::size_t i = stack_.size(); is_open_[id] && i-- > 0;) {
      if (stack_[i].id == id) erase_open(i);
    }
  }
  const bool ruby = tag == GUMBO_TAG_RB || tag == GUMBO_TAG_RP || tag == GUMBO_TAG_RT || tag == GUMBO_TAG_RTC;
  if (ruby && find_open(GUMBO_TAG_RUBY, kScope) != kNone) pop_implied(0);
  if (((kind & kSpecial) == 0 || (kind & kReconstructs) != 0) && !in_select && !ruby) reconstruct();
  if (tag == GUMBO_TAG_NOBR && find_open(tag, kScope) != kNone) {
    adopt(tag);
    reconstruct();
  }
  if ((kind & kVoid) != 0) return charge(1);
  if ((kind & kFormatting) != 0) {
    add_formatting(tag, tag_text);
  } else {
    push(tag);
  }
  if ((kind & kMarks) != 0) list_.push_back({tag, kMarker, {}});
  return charge(1);
}

bool HtmlNesting::close(std::string_view name) {
  const int tag = tag_of(name);
  const unsigned kind = class_of(tag);
  if (tag == GUMBO_TAG_BR) return text();  // read as <br>
  if ((kind & (kVoid | kIgnored)) != 0 || ignored_in_select(tag)) return charge(1);
  if ((kind & kFormatting) != 0) {
    adopt(tag);
    return charge(1);
  }
  if (tag == GUMBO_TAG_FORM && !std::exchange(form_open_, false)) return charge(1);
  unsigned boundaries = kSpecial;
  if ((kind & kSpecial) != 0) boundaries = is_table_part(tag) || tag == GUMBO_TAG_TABLE ? kTableScope : kScope;
  if (tag == GUMBO_TAG_APPLET || tag == GUMBO_TAG_MARQUEE || tag == GUMBO_TAG_OBJECT) boundaries = kTableScope;
  if (tag == GUMBO_TAG_NOSCRIPT) boundaries = kSpecial;
  if (tag == GUMBO_TAG_P) boundaries |= kButtonScope;
  if (tag == GUMBO_TAG_LI) boundaries |= kListScope;
  if (tag == GUMBO_TAG_TEMPLATE) boundaries = 0;
  const std::size_t index = find_open(tag, boundaries);
  if (index == kNone) return charge(1);
  if (tag == GUMBO_TAG_FORM) {
    // Only the form itself and what may be left open inside it; other content stays open.
    pop_implied(index + 1);
    erase_open(index);
  } else {
    pop_to(index);
  }
  return charge(1);
}

}  // namespace meetlat::detail
