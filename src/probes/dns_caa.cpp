// CAA records beside the authority that issued the certificate.
#include <algorithm>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "probes/dns_facts.h"

namespace meetlat::probes {

namespace {

using Authorities = std::map<std::string, std::vector<std::string>, std::less<>>;

Result<Authorities> load() {
  const auto path = data_path("data/tls/authorities.tsv");
  const Result<std::string> bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  Authorities out;
  for (const std::string& line : split(*bytes, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string> columns = split(line, '\t');
    if (columns.size() != 3) return fail(ErrorCode::kSchema, path.string() + ": a line without three columns");
    out[to_lower(columns[0])] = split(columns[1], ',');
  }
  return out;
}

// RFC 8659, 4.2: what stands before the first semicolon, without blanks and without letter case.
std::string domain_of(const CaaRecord& record) {
  return to_lower(trim(std::string_view(record.value).substr(0, record.value.find(';'))));
}

}  // namespace

Result<std::vector<std::string>> caa_domains_of(std::string_view organisation) {
  static const Result<Authorities> known = load();
  if (!known) return fail(known.error());
  const auto found = known->find(to_lower(trim(organisation)));
  return found == known->end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::vector<std::string>> caa_issuers(const std::vector<CaaRecord>& records, bool wildcard) {
  const auto is = [](std::string_view tag) { return [tag](const CaaRecord& record) { return record.tag == tag; }; };
  const bool wild = wildcard && std::ranges::any_of(records, is("issuewild"));
  const std::string_view deciding = wild ? "issuewild" : "issue";
  if (std::ranges::none_of(records, is(deciding))) return std::nullopt;
  std::vector<std::string> out;
  for (const CaaRecord& record : records) {
    const bool known = record.tag == "issue" || record.tag == "issuewild" || record.tag == "iodef";
    if (record.critical && !known) return std::nullopt;
    if (record.tag == deciding) out.push_back(domain_of(record));
  }
  return out;
}

}  // namespace meetlat::probes
