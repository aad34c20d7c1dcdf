// The bundled data set's own schema: what public lists said about each host, who said it and when.
#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "lists/formats.h"
#include "lists/list_builder.h"

namespace meetlat {
namespace {

constexpr std::string_view kSchema = "jitsi-known-instances/1";

// "non_google_stun" -> "non-google-stun"; one key has a longer name there.
std::string claim_key(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out == "on-big-tech-hosting" ? "on-big-tech" : out;
}

class Reader {
 public:
  Reader(const Json& root, const ListOrigin& origin) : origin_(origin), list_("known-instances", origin) {
    for (const Json& source : json_member(root, "sources")) {
      dates_.emplace(json_string(source, "id"), json_string(source, "date"));
    }
  }

  void read(const Json& item) {
    const std::string text = json_string(item, "base_url", json_string(item, "host"));
    const auto base = Url::parse(text.find("://") == std::string::npos ? "https://" + text : text);
    if (!base) {
      list_.note(0, "not usable: " + describe(base.error()));
      return;
    }
    newest_ = json_string(item, "last_listed");
    std::vector<Claim> claims;
    add_countries(item, claims);
    add_statements(item, claims);
    add_operator(json_member(item, "operator"), claims);
    for (const std::string& hoster : json_strings(item, "listed_hoster")) add(claims, "hoster", hoster, {}, newest_);
    for (const Json& policy : json_member(item, "privacy_policies")) {
      add(claims, "privacy-policy", json_string(policy, "url"), json_string(policy, "source"),
          json_string(policy, "last"));
    }
    add(claims, "access", json_string(item, "access"), {}, newest_);
    add(claims, "software", json_string(item, "other_software"), {}, newest_);
    for (const std::string& page : json_strings(item, "info_pages")) add(claims, "info-page", page, {}, newest_);
    Target target = Target::from_url(*base);
    target.claims = std::move(claims);
    target.sources = json_strings(item, "sources");
    if (target.sources.empty()) target.sources.push_back(origin_.name);
    set_.add(std::move(target));
  }

  ParsedList finish() && {
    ParsedList out = std::move(list_).finish();
    out.targets = std::move(set_).take();
    return out;
  }

 private:
  void add(std::vector<Claim>& claims, std::string_view key, const std::string& value, const std::string& source,
           const std::string& date, std::string_view remark = {}) const {
    if (value.empty()) return;
    Claim claim = list_.claim(key, value, remark);
    if (!source.empty()) claim.source = source;
    if (!date.empty()) claim.date = date;
    claims.push_back(std::move(claim));
  }

  // Lists differ about a host's country now and then: every one is kept, and each says so.
  void add_countries(const Json& item, std::vector<Claim>& claims) const {
    const std::string country = json_string(item, "country");
    if (!country.empty()) return add(claims, "country", country, {}, newest_);
    const std::vector<std::string> listed = json_strings(item, "countries_listed");
    for (const std::string& code : listed) {
      std::vector<std::string> others = listed;
      std::erase(others, code);
      add(claims, "country", code, {}, newest_, "lists differ: also " + join(others, ", "));
    }
  }

  void add_statements(const Json& item, std::vector<Claim>& claims) const {
    for (const Json& statement : json_member(item, "claims")) {
      const std::string key = claim_key(json_string(statement, "claim"));
      for (const Json& said : json_member(statement, "said_by")) {
        add(claims, key, json_string(statement, "value"), json_string(said, "source"), json_string(said, "date"),
            json_string(statement, "note"));
      }
    }
  }

  void add_operator(const Json& item, std::vector<Claim>& claims) const {
    const std::string source = json_string(item, "source");
    const auto found = dates_.find(source);
    const std::string date = found != dates_.end() && !found->second.empty() ? found->second : newest_;
    const std::string kind = json_string(item, "kind");
    if (kind != "person") {
      add(claims, "operator", json_string(item, "name"), source, date);
      add(claims, "operator-url", json_string(item, "url"), source, date);
    }
    add(claims, "operator-kind", kind, source, date);
  }

  const ListOrigin& origin_;
  ListBuilder list_;
  TargetSet set_;
  std::map<std::string, std::string> dates_;
  std::string newest_;
};

class KnownInstancesSource final : public ListSource {
 public:
  std::string_view format() const noexcept override { return "known-instances"; }

  bool sniff(std::string_view bytes, std::string_view) const noexcept override {
    return trim(bytes.substr(0, 4096)).starts_with('{') && bytes.substr(0, 4096).find("known-instances/") != bytes.npos;
  }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    const auto root = parse_json(bytes);
    if (!root) return fail(root.error());
    const std::string schema = json_string(*root, "schema");
    if (schema != kSchema) {
      return fail(ErrorCode::kSchema, "schema '" + excerpt(schema, 60) + "' is not " + std::string(kSchema));
    }
    Reader reader(*root, origin);
    for (const Json& item : json_member(*root, "instances")) reader.read(item);
    ParsedList out = std::move(reader).finish();
    out.date = json_string(*root, "newest_source");
    return out;
  }
};

}  // namespace

const ListSource& known_instances_source() noexcept {
  static const KnownInstancesSource source;
  return source;
}

}  // namespace meetlat
