#include "policy/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace meetlat::policy {

namespace {

constexpr std::size_t kSnippet = 200;        // characters
constexpr std::size_t kMaxText = 2'000'000;  // bytes that are read
constexpr int kLeadReach = 40;               // blocks that a lead-in can lead in
constexpr int kEnumerated = 3;               // kinds of particulars that make an enumeration of Article 15(1)
constexpr std::size_t kBody = 12;            // bytes; less below a heading is no text

// Article 15(1) lists what an answer to a request holds. Policies quote that list inside the right of access; it does
// not say that the policy itself names recipients, periods and sources.
constexpr std::array<std::string_view, 7> kParticulars{"purposes",  "categories", "recipients", "transfer",
                                                       "retention", "source",     "automated"};

bool is_particular(std::string_view item) {
  return std::find(kParticulars.begin(), kParticulars.end(), item) != kParticulars.end();
}

// At most kSnippet characters around a match, cut at words.
std::string snippet_of(std::string_view sentence, std::size_t match) {
  if (sentence.size() <= kSnippet) return printable(sentence);
  std::size_t begin = match > kSnippet / 2 ? match - kSnippet / 2 : 0;
  begin = std::min(begin, sentence.size() - kSnippet + 6);
  while (begin > 0 && begin < match && sentence[begin - 1] != ' ') ++begin;
  std::size_t end = std::min(sentence.size(), begin + kSnippet - 6);
  while (end < sentence.size() && end > match && sentence[end] != ' ') --end;
  while (end < sentence.size() && (sentence[end] & '\xC0') == '\x80') --end;
  while (begin < end && (sentence[begin] & '\xC0') == '\x80') ++begin;
  return fmt::format("{}{}{}", begin > 0 ? "…" : "", printable(trim(sentence.substr(begin, end - begin))),
                     end < sentence.size() ? "…" : "");
}

class Reader {
 public:
  Reader(const Document& document, const Languages& languages, Tallies& out)
      : document_(document), languages_(languages), out_(out) {}

  Result<void> run() {
    for (std::size_t i = 0; i < document_.blocks.size() && !out_.cut; ++i) {
      const Block& block = document_.blocks[i];
      const std::size_t room = kMaxText - std::min(kMaxText, out_.text.size());
      out_.cut = block.text.size() > room;
      Block beginning;
      if (out_.cut) beginning = {block.kind, block.level, std::string(first_bytes(block.text, room))};
      if (Result<void> ok = read_block(i, out_.cut ? beginning : block); !ok) return ok;
    }
    return {};
  }

 private:
  // A vocabulary with what is open in the document: headings, lead-in. Context is kept per vocabulary.
  struct Lens {
    const Vocabulary* words = nullptr;
    WordMemo memo;
    struct Open {
      int level = 0;
      Seen seen;
      std::vector<Match> pending;  // a heading's matches, which count once text follows
      bool used = false;
      std::string text;
      std::size_t offset = 0;
      Words split;
    };
    std::vector<Open> headings;
    // What led a list in: a paragraph, or within it an item that a list of its own follows.
    struct Lead {
      Seen seen;
      int level = 0;  // of the item; 0: a paragraph
      int left = 0;   // blocks that it still reaches
      bool colon = false;
      bool is_access = false;
    };
    std::vector<Lead> leads;
  };

  Result<std::vector<Lens*>> lenses_for(std::size_t block) {
    std::vector<std::string> langs{"any"};
    const auto add = [&](const std::string& lang) {
      if (!Vocabulary::knows(lang)) return;
      if (std::find(langs.begin(), langs.end(), lang) == langs.end()) langs.push_back(lang);
    };
    add(languages_.of_blocks[block]);
    for (const LanguageShare& share : languages_.shares) add(share.lang);
    std::vector<Lens*> result;
    for (const std::string& lang : langs) {
      Lens& lens = lenses_[lang];
      if (lens.words == nullptr) {
        const Result<const Vocabulary*> words = Vocabulary::of(lang);
        if (!words) return fail(words.error());
        lens.words = *words;
      }
      result.push_back(&lens);
    }
    return result;
  }

  Result<void> read_block(std::size_t index, const Block& block) {
    const Result<std::vector<Lens*>> lenses = lenses_for(index);
    if (!lenses) return fail(lenses.error());
    const Words words = words_of(block.text);
    if (words.size() == 0) return {};
    const bool heading = block.kind == Block::Kind::kHeading;
    if (heading) heading_ = block.text;
    std::size_t at = 0;
    const std::vector<Span> spans = heading ? std::vector<Span>{{0, block.text.size()}} : sentences_of(block.text);
    for (Lens* lens : *lenses) {
      heading ? close_headings(*lens, block.level) : close_leads(*lens, block);
    }
    for (const Span& span : spans) {
      const std::size_t first = at;
      while (at < words.size() && words.words[at].begin < span.end) ++at;
      if (at == first) continue;
      const std::string_view sentence = std::string_view(block.text).substr(span.begin, span.end - span.begin);
      const std::size_t offset = out_.text.size();
      out_.text += sentence;
      out_.text += '\n';
      ++out_.sentences;
      count_words(words, first, at);
      for (Lens* lens : *lenses) {
        if (heading) {
          open_heading(*lens, block, words, offset);
        } else {
          read_sentence(*lens, block, words, first, at, span, offset, sentence.size());
        }
      }
    }
    if (!heading) {
      for (Lens* lens : *lenses) lead_in(*lens, block, words, spans);
    }
    return {};
  }

  void count_words(const Words& words, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      ++out_.words;
      if (words[i].size() > 6) ++out_.long_words;
    }
  }

  void close_headings(Lens& lens, int level) {
    while (!lens.headings.empty() && lens.headings.back().level >= level) lens.headings.pop_back();
    lens.leads.clear();
  }

  void open_heading(Lens& lens, const Block& block, const Words& words, std::size_t offset) {
    Lens::Open open;
    open.level = block.level;
    open.text = block.text;
    open.offset = offset;
    lens.words->find(words, 0, words.size(), open.seen, lens.memo);
    lens.words->evaluate(open.seen, context_of(lens), open.pending);
    open.split = words;
    // "Last updated: March 2021" says it all, wherever it stands and however it is set.
    for (const Match& match : open.pending) {
      const std::string& kind = lens.words->items()[match.item];
      const bool whole = kind == "date" && match.strength == Strength::kStrong && has_year(words, 0, words.size());
      if (whole) keep(lens, match, block.text, words, 0, offset);
    }
    lens.headings.push_back(std::move(open));
  }

  // Valid until the lens changes.
  const std::vector<const Seen*>& context_of(const Lens& lens) {
    context_.clear();
    for (const Lens::Lead& lead : lens.leads) {
      if (!lead.seen.all.empty()) context_.push_back(&lead.seen);
    }
    for (const Lens::Open& open : lens.headings) {
      if (!open.seen.all.empty()) context_.push_back(&open.seen);
    }
    return context_;
  }

  // Text follows: what the headings above announce is there.
  void use_headings(Lens& lens, const Block& block) {
    for (Lens::Open& open : lens.headings) {
      if (open.used) continue;
      open.used = true;
      for (const Match& match : open.pending) {
        const std::string& kind = lens.words->items()[match.item];
        const ItemSpec* item = find_item(kind);
        Match counted = match;
        const bool promise_only = item != nullptr && item->heading_is_no_statement;
        if (counted.strength == Strength::kHeading) counted.strength = Strength::kStrong;
        if (counted.strength == Strength::kStrong && promise_only) counted.strength = Strength::kWeak;
        if (kind == "date") continue;  // counted already
        keep(lens, counted, with_text(open, block), open.split, 0, open.offset);
        if (counted.strength == Strength::kStrong) ++out_.by_kind[kind].headings;
      }
    }
  }

  // A heading alone quotes nothing: "How long?" is shown with the text that answers.
  static std::string with_text(const Lens::Open& open, const Block& block) {
    return fmt::format("{} | {}", open.text, excerpt(block.text, kSnippet));
  }

  void read_sentence(Lens& lens, const Block& block, const Words& words, std::size_t begin, std::size_t end,
                     const Span& span, std::size_t offset, std::size_t size) {
    Seen& seen = seen_;
    lens.words->find(words, begin, end, seen, lens.memo);
    if (block.text.size() >= kBody) use_headings(lens, block);
    if (seen.all.empty()) return;
    std::vector<Match>& matches = matches_;
    matches.clear();
    lens.words->evaluate(seen, context_of(lens), matches);
    if (matches.empty()) return;
    const bool enumeration = is_enumeration(lens, block, matches);
    const std::string_view sentence = std::string_view(block.text).substr(span.begin, size);
    // "There are none" with an exception ("nobody except our hosting company") is a statement like any other.
    if (says(lens, matches, "exception")) {
      for (Match& match : matches) {
        if (match.strength == Strength::kNone) match.strength = Strength::kStrong;
      }
    }
    // A refusal takes the sentence back; "there are none" is what it says instead.
    std::set<std::uint32_t> taken_back;
    for (const Match& match : matches) {
      if (match.strength == Strength::kNot || match.strength == Strength::kNone) taken_back.insert(match.item);
    }
    for (const Match& match : matches) {
      if (match.strength == Strength::kHeading || match.strength == Strength::kNot) continue;
      const std::string& kind = lens.words->items()[match.item];
      if (match.strength != Strength::kNone && taken_back.contains(match.item)) continue;
      if (enumeration && is_particular(kind)) continue;
      Match counted = match;
      if (kind == "date" && !has_year(words, begin, end)) {
        if (match.strength != Strength::kStrong) continue;  // "may" is a month only beside a year
        counted.strength = Strength::kWeak;
      }
      keep(lens, counted, sentence, words, span.begin, offset);
    }
    if (says(lens, matches, "logs")) measure_days(lens, sentence, words, begin, end);
    if (says(lens, matches, "dpo") && out_.dpo_contact.empty()) {
      out_.dpo_contact = mail_address(block.text);
    }
  }

  bool says(const Lens& lens, const std::vector<Match>& matches, std::string_view kind) const {
    return std::any_of(matches.begin(), matches.end(), [&](const Match& match) {
      return match.strength == Strength::kStrong && lens.words->items()[match.item] == kind;
    });
  }

  bool is_enumeration(const Lens& lens, const Block& block, const std::vector<Match>& matches) const {
    const bool listed = block.kind == Block::Kind::kItem || block.kind == Block::Kind::kRow;
    if (listed && !lens.leads.empty() && lens.leads.back().is_access) return true;
    std::set<std::string_view> kinds;
    for (const Match& match : matches) {
      const std::string& kind = lens.words->items()[match.item];
      if (match.strength != Strength::kNot && is_particular(kind)) kinds.insert(kind);
    }
    return says(lens, matches, "access") && static_cast<int>(kinds.size()) >= kEnumerated;
  }

  // What an item led in ends with the items below it; what a paragraph led in, after a while.
  void close_leads(Lens& lens, const Block& block) {
    std::erase_if(lens.leads, [&](Lens::Lead& lead) {
      const bool left_list = lead.level > 0 && (block.kind != Block::Kind::kItem || block.level <= lead.level);
      return left_list || lead.left-- == 0;
    });
  }

  // The last sentence before a list, or one that ends with a colon, is part of what follows.
  void lead_in(Lens& lens, const Block& block, const Words& words, const std::vector<Span>& spans) {
    const bool text = block.kind == Block::Kind::kText;
    const bool colon = trim(block.text).ends_with(':');
    const bool leads = text || (block.kind == Block::Kind::kItem && colon);
    if (!leads || spans.empty()) return;
    // A paragraph within what a colon opened goes on with it.
    if (text && !colon && !lens.leads.empty() && lens.leads.front().colon) return;
    if (text) lens.leads.clear();
    std::size_t first = words.size();
    while (first > 0 && words.words[first - 1].begin >= spans.back().begin) --first;
    Lens::Lead lead;
    lead.level = text ? 0 : block.level;
    lead.left = kLeadReach;
    lead.colon = colon;
    lens.words->find(words, first, words.size(), lead.seen, lens.memo);
    std::vector<Match> matches;
    lens.words->evaluate(lead.seen, {}, matches);
    lead.is_access =
        says(lens, matches, "access") && !says(lens, matches, "rectification") && !says(lens, matches, "erasure");
    lens.leads.push_back(std::move(lead));
  }

  void measure_days(const Lens& lens, std::string_view sentence, const Words& words, std::size_t begin,
                    std::size_t end);

  // `words` are those of the block; its sentence begins at byte `begin` of the block and `offset` of the text.
  void keep(const Lens& lens, const Match& match, std::string_view sentence, const Words& words, std::size_t begin,
            std::size_t offset) {
    Tally& tally = out_.by_kind[lens.words->items()[match.item]];
    const bool strong = match.strength == Strength::kStrong;
    const bool none = match.strength == Strength::kNone;
    ++(strong ? tally.strong : none ? tally.none : tally.weak);
    std::optional<Tally::Place>& place = strong ? tally.first_strong : none ? tally.first_none : tally.first_weak;
    if (place) return;
    const std::size_t last = std::min<std::size_t>(match.word + match.words, words.size()) - 1;
    place = Tally::Place{offset,
                         offset + words.words[match.word].begin - begin,
                         offset + words.words[last].end - begin,
                         snippet_of(sentence, words.words[match.word].begin - begin),
                         heading_,
                         lens.words->lang(),
                         static_cast<int>(match.row)};
  }

  const Document& document_;
  const Languages& languages_;
  Tallies& out_;
  std::map<std::string, Lens> lenses_;
  std::vector<const Seen*> context_;  // kept to save allocations
  Seen seen_;
  std::vector<Match> matches_;
  std::string heading_;
};

// Small numbers as words; no other language has them before a word for a span of time.
int number_of(std::string_view word) {
  struct Named {
    std::string_view words;
    int value;
  };
  constexpr std::array<Named, 13> kNamed{{{" one een ein eine einem einen einer un une una um uma jeden en ett ", 1},
                                          {" two twee zwei deux due dos dois duas dwa dva tva ", 2},
                                          {" three drie drei trois tre tres trzy tri ", 3},
                                          {" four vier quatre quattro cuatro quatro cztery ctyri fyra ", 4},
                                          {" five vijf funf cinq cinque cinco fem ", 5},
                                          {" six zes sechs sei seis sex ", 6},
                                          {" seven zeven sieben sept sette siete sete sju ", 7},
                                          {" eight acht huit otto ocho oito ", 8},
                                          {" ten tien zehn dix dieci diez dez tio ", 10},
                                          {" twelve twaalf zwolf douze dodici doce doze tolv ", 12},
                                          {" fourteen veertien vierzehn quatorze quattordici catorce fjorton ", 14},
                                          {" thirty dertig dreissig trente trenta treinta trinta trettio ", 30},
                                          {" ninety negentig neunzig novanta noventa ", 90}}};
  if (!word.empty() && word.size() <= 3 && word.find_first_not_of("0123456789") == std::string_view::npos) {
    return std::stoi(std::string(word));
  }
  const std::string whole = fmt::format(" {} ", word);
  for (const Named& named : kNamed) {
    if (named.words.find(whole) != std::string_view::npos) return named.value;
  }
  return 0;
}

// "for 14 days", "après six mois": a number before a word for a span of time.
void Reader::measure_days(const Lens& lens, std::string_view sentence, const Words& words, std::size_t begin,
                          std::size_t end) {
  constexpr std::array<std::pair<std::string_view, double>, 5> kUnits{
      {{"unit_hour", 1.0 / 24}, {"unit_day", 1}, {"unit_week", 7}, {"unit_month", 30.5}, {"unit_year", 366}}};
  for (std::size_t i = begin; i + 1 < end; ++i) {
    const int number = number_of(words[i]);
    if (number == 0) continue;
    Seen seen;
    lens.words->find(words, i + 1, i + 2, seen);
    std::vector<Match> matches;
    lens.words->evaluate(seen, {}, matches);
    for (const auto& [unit, days] : kUnits) {
      if (!says(lens, matches, unit)) continue;
      const double span = number * days;
      const int rounded = static_cast<int>(span) + (span > static_cast<int>(span) ? 1 : 0);
      if (rounded <= out_.log_days.value_or(0)) continue;
      out_.log_days = rounded;
      out_.log_sentence = snippet_of(sentence, words.words[i].begin - words.words[begin].begin);
    }
  }
}

}  // namespace

const Tally& Tallies::of(std::string_view kind) const {
  static const Tally nothing;
  const auto found = by_kind.find(kind);
  return found == by_kind.end() ? nothing : found->second;
}

Result<Tallies> read_sentences(const Document& document, const Languages& languages) {
  Tallies tallies;
  if (const Result<void> ok = Reader(document, languages, tallies).run(); !ok) return fail(ok.error());
  return tallies;
}

}  // namespace meetlat::policy
