// The instance's other names: signalling, STUN and TURN hosts of its own. Whoever forges their addresses gets the calls
// of people whose page came from the right place.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "base/url.h"
#include "net/dns_question.h"
#include "probes/dns_facts.h"
#include "probes/fact_writer.h"
#include "probes/owners.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

constexpr std::array kFacts{
    FactSpec{
        "names.checked", "strings",
        "other hosts of the instance's own (signalling, STUN, TURN) whose DNSSEC was looked at; empty: none named"},
    FactSpec{"names.bogus", "strings", "of those, the ones whose signatures are wrong, with the reason"},
    FactSpec{"names.unsigned", "strings", "of those, the ones that are not signed"},
};
using Writer = probes::FactWriter<kFacts>;

constexpr std::size_t kMostNames = 4;

// "stun.example.test:3478", "turns:turn.example.test:5349" or a bare host; "" for an address.
std::string bare_name(std::string_view text) {
  for (const std::string_view scheme : {"stun:", "stuns:", "turn:", "turns:"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  text = text.substr(0, text.find('/'));
  if (text.starts_with('[') || is_ip_literal(text)) return {};
  const std::string name = to_lower(text.substr(0, text.find(':')));
  return is_ip_literal(name) || name.find('.') == std::string::npos ? std::string() : name;
}

// Own hosts beside `own`; the error of a list that was not measured, since hosts may be missing then.
struct Names {
  std::vector<std::string> list;
  std::optional<Error> gap;
};

void add_names(const Evidence& evidence, std::string_view path, const std::string& own, Names& names) {
  const std::span<const Fact> facts = evidence.find(path);
  if (facts.empty()) return;
  if (!facts.front().measured()) {
    names.gap = facts.front().value.error();
    return;
  }
  const auto* hosts = std::get_if<std::vector<std::string>>(&*facts.front().value);
  for (const std::string& text : hosts == nullptr ? std::vector<std::string>{} : *hosts) {
    std::string name = bare_name(text);
    if (!name.empty() && name != own && probes::same_owner(name, own)) names.list.push_back(std::move(name));
  }
}

Names other_names(const Evidence& evidence, const std::string& own) {
  Names names;
  add_names(evidence, "jitsi.signalling.hosts", own, names);
  // The server's list takes the place of the configuration's, where it was asked and answered.
  const std::span<const Fact> contacted = evidence.find("xmpp.ice.contacted");
  const bool confirmed = !contacted.empty() && contacted.front().measured();
  add_names(evidence, confirmed ? "xmpp.ice.contacted" : "jitsi.stun.hosts", own, names);
  probes::sort_unique(names.list);
  if (names.list.size() > kMostNames) {
    names.gap = Error{ErrorCode::kBudgetExhausted, fmt::format("{} names", names.list.size())};
    names.list.resize(kMostNames);
  }
  return names;
}

class NamesProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr std::array<std::string_view, 3> kAfter{"dns", "jitsi", "xmpp"};
    static constexpr ProbeInfo kInfo{"names", "Other names of the instance", kFacts, kAfter, 1};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    const std::string& own = target.base.host();
    Writer out(evidence, Subject::target(), session.now());
    // Where the host itself was nobody's to ask about (a hosts file, a proxy), its neighbours are not either.
    const std::span<const Fact> dnssec = evidence.find("dns.dnssec");
    if (dnssec.empty() || !dnssec.front().measured()) {
      out.rest_missing(dnssec.empty() ? Error{ErrorCode::kNotAttempted, "the host itself was not asked about"}
                                      : dnssec.front().value.error());
      return;
    }
    Names names = other_names(evidence, own);
    std::vector<DnsQuestion> questions;
    for (const std::string& name : names.list) questions.push_back({name, DnsType::kA});
    const std::vector<Result<DnsRecords>> answers = session.records(questions);
    std::vector<std::string> bogus;
    std::vector<std::string> plain;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i]) {
        names.gap = answers[i].error();
      } else if (answers[i]->trust == DnsTrust::kBogus) {
        bogus.push_back(fmt::format("{}: {}", names.list[i], probes::bogus_words(answers[i]->why_bogus)));
      } else if (answers[i]->trust == DnsTrust::kInsecure) {
        plain.push_back(names.list[i]);
      }
    }
    const std::string first = names.list.empty() ? own : names.list.front();
    const auto at = [&](const std::vector<std::string>& values) {
      return probes::seen("DNS A of " + (names.list.empty() ? "no other name" : join(names.list, ", ")),
                          values.empty() ? "none" : join(values, ", "), "delv A " + probes::shell_quote(first));
    };
    // What was found is true whatever was not looked at; that nothing is wrong is known only when all was.
    const auto put = [&](Writer::Ref fact, std::vector<std::string> values) {
      Provenance seen = at(values);
      if (values.empty() && names.gap) {
        out.missing(fact, *names.gap, std::move(seen));
      } else {
        out.put(fact, std::move(values), std::move(seen));
      }
    };
    put("names.bogus", std::move(bogus));
    put("names.unsigned", std::move(plain));
    put("names.checked", names.list);
  }
};

}  // namespace

const Probe& names_probe() noexcept {
  static const NamesProbe probe;
  return probe;
}

}  // namespace meetlat
