// Which language a text is written in, block by block (CLD2), so that a half-translated page is read with the words of
// each of its languages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/document.h"

namespace meetlat::policy {

struct LanguageShare {
  std::string lang;  // "de"
  int percent = 0;   // of the text, 1..100
};

struct Languages {
  std::vector<LanguageShare> shares;   // largest first; empty when it could not be told
  std::vector<std::string> of_blocks;  // by index of the document's blocks; "" when unknown
};

// Short blocks take the language of those around them; below about 200 bytes in all what the page declares counts.
Languages languages_of(const Document& document);

}  // namespace meetlat::policy
