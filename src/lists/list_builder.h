// What every format does with an instance that it found: normalise, merge repeats, keep claims with their origin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lists/candidate.h"
#include "lists/list_source.h"
#include "lists/merge.h"

namespace meetlat {

class ListBuilder {
 public:
  ListBuilder(std::string_view format, const ListOrigin& origin) : origin_(origin) { list_.format = format; }

  // A claim of this list. Long or hostile values are made printable and cut.
  Claim claim(std::string_view key, std::string_view value, std::string_view remark = {}) const;
  // False (and a note) when the candidate is a page or a well-known other place.
  bool add(const Candidate& candidate, std::vector<Claim> claims, std::size_t line = 0);
  void add_placeholder() { ++list_.placeholders; }
  void add_other_software() { ++list_.other_software; }
  void note(std::size_t line, std::string_view text);

  const ListOrigin& origin() const noexcept { return origin_; }
  std::size_t size() const noexcept { return set_.size(); }
  ParsedList finish() &&;

 private:
  const ListOrigin& origin_;
  ParsedList list_;
  TargetSet set_;
};

// "https" for what a list writes as plain http: browsers give no camera to a page without TLS, so no instance lives
// there. Other ports than 80 are left alone.
Url instance_url(const Url& url);

// A privacy policy link, resolved against the list's own address; `remark` says when that was not possible.
Claim policy_claim(const ListBuilder& list, std::string_view href, std::string_view text);

}  // namespace meetlat
