#include "refserver/zones.h"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/freer.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::size_t kLongestAnswer = 1232;
constexpr std::uint16_t kKeyFlags = 257;    // a zone key that is a secure entry point as well: one key does both
constexpr std::size_t kSignatureField = 8;  // of an RRSIG record
constexpr std::chrono::hours kDay{24};

using RrPtr = std::unique_ptr<ldns_rr, Freer<ldns_rr_free>>;
using PacketPtr = std::unique_ptr<ldns_pkt, Freer<ldns_pkt_free>>;
using KeysPtr = std::unique_ptr<ldns_key_list, Freer<ldns_key_list_free>>;  // with its keys
using ZonePtr = std::unique_ptr<ldns_zone, Freer<ldns_zone_deep_free>>;

// Labels from the root downwards, in lower case: its order is the canonical one of RFC 4034 6.1.
using Name = std::vector<std::string>;

Name name_of(std::string_view text) {
  Name name = split(to_lower(text.ends_with('.') ? text.substr(0, text.size() - 1) : text), '.');
  if (name.size() == 1 && name.front().empty()) name.clear();
  std::ranges::reverse(name);
  return name;
}

std::string text_of(const ldns_rdf* name) {
  char* text = ldns_rdf2str(name);
  std::string out = text == nullptr ? std::string() : text;
  LDNS_FREE(text);
  return out;
}

bool at_or_below(const Name& name, const Name& zone) {
  return name.size() >= zone.size() && std::equal(zone.begin(), zone.end(), name.begin());
}

struct RrSet {
  std::vector<RrPtr> records;
  std::vector<RrPtr> signatures;
};
using Node = std::map<ldns_rr_type, RrSet>;

struct Zone {
  Name origin;
  std::map<Name, Node> nodes;

  void add(const ldns_rr* record) {
    Node& node = nodes[name_of(text_of(ldns_rr_owner(record)))];
    const bool signature = ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG;
    RrSet& set = node[signature ? ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(record)) : ldns_rr_get_type(record)];
    (signature ? set.signatures : set.records).emplace_back(ldns_rr_clone(record));
  }
  const Node* find(const Name& name) const {
    const auto found = nodes.find(name);
    return found == nodes.end() ? nullptr : &found->second;
  }
  // Names that only exist because something is below them have no node.
  bool has_below(const Name& name) const {
    const auto next = nodes.upper_bound(name);
    return next != nodes.end() && at_or_below(next->first, name);
  }
  // The last name with an NSEC record that is not after `name`: its record covers or matches the name.
  const Node* nsec_before(const Name& name) const {
    for (auto at = nodes.upper_bound(name); at != nodes.begin();) {
      --at;
      if (at->second.contains(LDNS_RR_TYPE_NSEC)) return &at->second;
    }
    return nullptr;
  }
};

Result<RrPtr> read_record(const std::string& line) {
  ldns_rr* record = nullptr;
  const ldns_status status = ldns_rr_new_frm_str(&record, line.c_str(), 300, nullptr, nullptr);
  if (status != LDNS_STATUS_OK) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", line, ldns_get_errorstr_by_id(status)));
  }
  return RrPtr(record);
}

// The throw-away key, as that of one zone.
class Signer {
 public:
  Result<void> start() {
    key_ = ldns_key_new_frm_algorithm(LDNS_SIGN_ECDSAP256SHA256, 256);
    if (key_ == nullptr || !ldns_key_list_push_key(keys_.get(), key_)) {
      return fail(ErrorCode::kIo, "no key can be made for DNSSEC");
    }
    ldns_key_set_flags(key_, kKeyFlags);
    return {};
  }

  // Its DNSKEY record at the top of `zone`.
  RrPtr dnskey(const std::string& zone) {
    ldns_rdf* old = ldns_key_pubkey_owner(key_);
    ldns_key_set_pubkey_owner(key_, ldns_dname_new_frm_str((zone + ".").c_str()));
    if (old != nullptr) ldns_rdf_deep_free(old);
    RrPtr record(ldns_key2rr(key_));
    ldns_rr_set_ttl(record.get(), 300);
    ldns_key_set_keytag(key_, ldns_calc_keytag(record.get()));
    return record;
  }

  // `zone` with signatures. The owner of the key is the one of the last dnskey().
  ZonePtr sign(ldns_zone* zone, bool expired) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch() - (expired ? 60 * kDay : kDay));
    const auto from = static_cast<std::uint32_t>(now.count());
    constexpr auto kMonth = static_cast<std::uint32_t>(std::chrono::seconds(30 * kDay).count());
    ldns_key_set_inception(key_, from);
    ldns_key_set_expiration(key_, from + kMonth);
    return ZonePtr(ldns_zone_sign(zone, keys_.get()));
  }

 private:
  const KeysPtr keys_{ldns_key_list_new()};
  ldns_key* key_ = nullptr;  // in keys_
};

// Of these names; of all when there are none.
void spoil_address_signatures(Zone& zone, const std::vector<std::string>& spoilt) {
  std::set<Name> names;
  for (const std::string& text : spoilt) names.insert(name_of(text));
  for (auto& [name, node] : zone.nodes) {
    if (!names.empty() && !names.contains(name)) continue;
    for (const ldns_rr_type type : {LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA}) {
      const auto set = node.find(type);
      if (set == node.end()) continue;
      for (const RrPtr& signature : set->second.signatures) {
        const ldns_rdf* field = ldns_rr_rdf(signature.get(), kSignatureField);
        if (field != nullptr) ldns_rdf_data(field)[ldns_rdf_size(field) - 1] ^= 1;
      }
    }
  }
}

Result<Zone> make_zone(const ZonePlan& plan, const NameServer& server, Signer& signer) {
  Zone zone;
  zone.origin = name_of(plan.name);
  const ZonePtr plain(ldns_zone_new());
  std::vector<std::string> lines{
      fmt::format("{}. 300 IN SOA {}. hostmaster.{}. 1 3600 600 86400 300", plan.name, server.name, plan.name),
      fmt::format("{}. 300 IN NS {}.", plan.name, server.name)};
  lines.insert(lines.end(), plan.records.begin(), plan.records.end());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Result<RrPtr> record = read_record(lines[i]);
    if (!record) return fail(record.error());
    if (plan.signing == ZoneSigning::kNone) zone.add(record->get());
    if (i == 0) {
      ldns_zone_set_soa(plain.get(), record->release());
    } else {
      ldns_zone_push_rr(plain.get(), record->release());
    }
  }
  if (plan.signing == ZoneSigning::kNone) return zone;
  ldns_zone_push_rr(plain.get(), signer.dnskey(plan.name).release());
  const ZonePtr done = signer.sign(plain.get(), plan.signing == ZoneSigning::kExpired);
  if (!done) return fail(ErrorCode::kIo, plan.name + ": the zone cannot be signed");
  zone.add(ldns_zone_soa(done.get()));
  const ldns_rr_list* records = ldns_zone_rrs(done.get());
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(records); ++i) zone.add(ldns_rr_list_rr(records, i));
  if (plan.signing == ZoneSigning::kTampered) {
    spoil_address_signatures(zone, {});
  } else if (!plan.spoilt.empty()) {
    spoil_address_signatures(zone, plan.spoilt);
  }
  return zone;
}

// What the zone above says of one.
std::vector<std::string> delegation(const ZonePlan& plan, const NameServer& server, Signer& signer) {
  std::vector<std::string> lines{fmt::format("{}. 300 IN NS {}.", plan.name, server.name)};
  if (plan.signing == ZoneSigning::kNone) return lines;
  const RrPtr key = signer.dnskey(plan.name);
  const RrPtr ds(ldns_key_rr2ds(key.get(), LDNS_SHA256));
  char* text = ldns_rr2str(ds.get());
  lines.emplace_back(trim(text));
  LDNS_FREE(text);
  return lines;
}

class Answer {
 public:
  explicit Answer(const ldns_pkt* query) : packet_(ldns_pkt_new()), wants_signatures_(ldns_pkt_edns_do(query)) {
    ldns_pkt* packet = packet_.get();
    ldns_pkt_set_id(packet, ldns_pkt_id(query));
    ldns_pkt_set_qr(packet, true);
    ldns_pkt_set_aa(packet, true);
    ldns_pkt_set_rd(packet, ldns_pkt_rd(query));
    ldns_pkt_set_cd(packet, ldns_pkt_cd(query));
    ldns_pkt_push_rr(packet, LDNS_SECTION_QUESTION, ldns_rr_clone(ldns_rr_list_rr(ldns_pkt_question(query), 0)));
    if (ldns_pkt_edns(query)) {
      ldns_pkt_set_edns_udp_size(packet, kLongestAnswer);
      ldns_pkt_set_edns_do(packet, wants_signatures_);
    }
  }

  void add(ldns_pkt_section section, const RrSet& set) {
    for (const RrPtr& record : set.records) push(section, record.get());
    for (const RrPtr& signature : set.signatures) {
      if (wants_signatures_) push(section, signature.get());
    }
  }
  void nothing(const Zone& zone, const Name& name, bool exists) {
    if (!exists) ldns_pkt_set_rcode(packet_.get(), LDNS_RCODE_NXDOMAIN);
    if (const Node* top = zone.find(zone.origin); top != nullptr) {
      add(LDNS_SECTION_AUTHORITY, top->at(LDNS_RR_TYPE_SOA));
    }
    if (!wants_signatures_) return;
    const Node* here = zone.nsec_before(name);
    if (here == nullptr) return;
    add(LDNS_SECTION_AUTHORITY, here->at(LDNS_RR_TYPE_NSEC));
    if (exists) return;
    // That no wildcard could have answered either.
    Name wild = name;
    while (wild.size() > zone.origin.size() && zone.find(wild) == nullptr && !zone.has_below(wild)) wild.pop_back();
    wild.emplace_back("*");
    const Node* there = zone.nsec_before(wild);
    if (there != nullptr && there != here) add(LDNS_SECTION_AUTHORITY, there->at(LDNS_RR_TYPE_NSEC));
  }
  void no_such_name() { ldns_pkt_set_rcode(packet_.get(), LDNS_RCODE_NXDOMAIN); }

  std::string bytes() const {
    std::uint8_t* wire = nullptr;
    std::size_t size = 0;
    if (ldns_pkt2wire(&wire, packet_.get(), &size) != LDNS_STATUS_OK) return {};
    std::string out(reinterpret_cast<const char*>(wire), size);
    LDNS_FREE(wire);
    if (out.size() > kLongestAnswer) {
      out.resize(kLongestAnswer);
      out[2] = static_cast<char>(out[2] | 2);  // TC
    }
    return out;
  }

 private:
  void push(ldns_pkt_section section, const ldns_rr* record) {
    ldns_pkt_push_rr(packet_.get(), section, ldns_rr_clone(record));
  }

  PacketPtr packet_;
  const bool wants_signatures_;
};

}  // namespace

struct Zones::Impl {
  std::vector<Zone> zones;  // the top one first
  std::string trust_anchor;

  // The lowest zone that the name is in; what a zone above says of one is asked with DS.
  const Zone* zone_of(const Name& name, ldns_rr_type type) const {
    const Zone* best = nullptr;
    for (const Zone& zone : zones) {
      if (!at_or_below(name, zone.origin)) continue;
      if (type == LDNS_RR_TYPE_DS && name == zone.origin && &zone != &zones.front()) continue;
      if (best == nullptr || zone.origin.size() > best->origin.size()) best = &zone;
    }
    return best;
  }
};

Zones::Zones(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Zones::~Zones() = default;

Result<std::unique_ptr<Zones>> Zones::make(const std::string& top, const NameServer& server,
                                           const std::vector<ZonePlan>& plans) {
  auto impl = std::make_unique<Impl>();
  Signer signer;
  if (Result<void> started = signer.start(); !started) return fail(started.error());
  ZonePlan above{top, {fmt::format("{}. 300 IN A {}", server.name, server.address)}, ZoneSigning::kGood};
  for (const ZonePlan& plan : plans) {
    for (std::string& line : delegation(plan, server, signer)) above.records.push_back(std::move(line));
  }
  std::vector<ZonePlan> all{std::move(above)};
  all.insert(all.end(), plans.begin(), plans.end());
  for (const ZonePlan& plan : all) {
    Result<Zone> zone = make_zone(plan, server, signer);
    if (!zone) return fail(zone.error());
    impl->zones.push_back(*std::move(zone));
  }
  char* text = ldns_rr2str(signer.dnskey(top).get());
  impl->trust_anchor = text == nullptr ? std::string() : text;
  LDNS_FREE(text);
  return std::unique_ptr<Zones>(new Zones(std::move(impl)));
}

const std::string& Zones::trust_anchor() const noexcept {
  return impl_->trust_anchor;
}

std::string Zones::answer(std::string_view packet) const {
  ldns_pkt* read = nullptr;
  if (ldns_wire2pkt(&read, reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()) != LDNS_STATUS_OK) {
    return {};
  }
  const PacketPtr query(read);
  if (ldns_pkt_qr(query.get()) || ldns_pkt_qdcount(query.get()) != 1) return {};
  const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(query.get()), 0);
  const Name name = name_of(text_of(ldns_rr_owner(question)));
  const ldns_rr_type type = ldns_rr_get_type(question);
  Answer answer(query.get());
  const Zone* zone = impl_->zone_of(name, type);
  if (zone == nullptr) {
    answer.no_such_name();
    return answer.bytes();
  }
  const Node* node = zone->find(name);
  const auto set = node == nullptr ? Node::const_iterator() : node->find(type);
  if (node != nullptr && set != node->end() && !set->second.records.empty()) {
    answer.add(LDNS_SECTION_ANSWER, set->second);
  } else {
    answer.nothing(*zone, name, node != nullptr || zone->has_below(name));
  }
  return answer.bytes();
}

}  // namespace meetlat
