// Link texts and paths by which policies, imprints and terms are found (data/policy-discovery.tsv).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/vocabulary.h"

namespace meetlat::policy {

class Discovery {
 public:
  // Lines "kind TAB lang TAB text|not|path TAB pattern" after a header line; '#' comments. A text that a "not" pattern
  // of its kind matches too ("privacy settings") is no name. kSchema with the line.
  static Result<Discovery> parse(std::string_view tsv);
  static const Result<Discovery>& bundled();

  // Does the text name that kind ("privacy", "imprint", "terms", "cookies"; "missing": a page that is not there)?
  // Texts over 100 bytes are no names.
  bool text_names(std::string_view kind, std::string_view text) const;
  // Does the path ("/legal/privacy.html", "/privacyverklaring-2020.pdf")?
  bool path_names(std::string_view kind, std::string_view path) const;
  // Paths of that kind and language in file order, without the leading slash.
  std::vector<std::string> paths(std::string_view kind, std::string_view lang) const;

 private:
  struct Path {
    std::string kind;
    std::string lang;
    std::string path;
  };
  explicit Discovery(Vocabulary texts) : texts_(std::move(texts)) {}
  Vocabulary texts_;
  std::vector<Path> paths_;
};

}  // namespace meetlat::policy
