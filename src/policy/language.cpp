#include "policy/language.h"

#include <cstdio>  // CLD2's header needs it and does not say so

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include <algorithm>
#include <array>

namespace meetlat::policy {

namespace {

constexpr std::size_t kShort = 200;     // bytes; less is too little to tell
constexpr std::size_t kChunk = 350;     // bytes of neighbouring blocks that are looked at together
constexpr int kPresent = 10;            // per cent from which a second language counts as there
constexpr std::size_t kMost = 400'000;  // bytes that are looked at

struct Guess {
  std::vector<LanguageShare> shares;
  bool reliable = false;
};

Guess guess(const std::string& text) {
  std::array<CLD2::Language, 3> languages{};
  std::array<int, 3> percent{};
  std::array<double, 3> scores{};
  int bytes = 0;
  int valid = 0;
  Guess result;
  CLD2::CLDHints hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  CLD2::ExtDetectLanguageSummaryCheckUTF8(text.data(), static_cast<int>(text.size()), true, &hints, 0, languages.data(),
                                          percent.data(), scores.data(), nullptr, &bytes, &result.reliable, &valid);
  for (std::size_t i = 0; i < languages.size(); ++i) {
    if (languages[i] == CLD2::UNKNOWN_LANGUAGE || percent[i] <= 0) continue;
    std::string code = CLD2::LanguageCode(languages[i]);
    result.shares.push_back({code.substr(0, code.find('-')), percent[i]});
  }
  return result;
}

}  // namespace

Languages languages_of(const Document& document) {
  Languages result;
  result.of_blocks.resize(document.blocks.size());
  std::string all;
  for (const Block& block : document.blocks) {
    if (all.size() > kMost) break;
    all += std::string_view(block.text).substr(0, kMost);
    all += '\n';
  }
  Guess whole;
  if (all.size() >= kShort) whole = guess(all);
  if (whole.shares.empty()) {
    if (!document.lang.empty()) whole.shares.push_back({document.lang, 100});
    if (whole.shares.empty() && all.size() >= 40) whole = guess(all);
  }
  std::erase_if(whole.shares, [](const LanguageShare& share) { return share.percent < kPresent; });
  result.shares = whole.shares;
  const std::string main = result.shares.empty() ? document.lang : result.shares.front().lang;
  std::fill(result.of_blocks.begin(), result.of_blocks.end(), main);
  if (result.shares.size() < 2) return result;
  // More than one language: which block is written in which?
  const auto known = [&](const std::string& lang) {
    return std::any_of(result.shares.begin(), result.shares.end(),
                       [&](const LanguageShare& share) { return share.lang == lang; });
  };
  std::string chunk;
  std::size_t first = 0;
  std::string last = main;
  for (std::size_t i = 0; i < document.blocks.size(); ++i) {
    chunk += std::string_view(document.blocks[i].text).substr(0, kMost);
    chunk += '\n';
    const bool ends = i + 1 == document.blocks.size() || chunk.size() >= kChunk ||
                      (document.blocks[i + 1].kind == Block::Kind::kHeading && chunk.size() >= kShort);
    if (!ends) continue;
    const Guess here = guess(chunk);
    if (!here.shares.empty() && known(here.shares.front().lang)) last = here.shares.front().lang;
    std::fill(result.of_blocks.begin() + static_cast<std::ptrdiff_t>(first),
              result.of_blocks.begin() + static_cast<std::ptrdiff_t>(i) + 1, last);
    first = i + 1;
    chunk.clear();
  }
  return result;
}

}  // namespace meetlat::policy
