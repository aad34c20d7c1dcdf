// Tables about networks: whose an address is, and where data protection law counts a country among its own.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"

namespace meetlat::probes {

// The first `bits` of an address.
struct AddressRange {
  Address address;
  int bits = 0;
  // "192.0.2.0/24"; kParse.
  static Result<AddressRange> parse(std::string_view text);
  bool holds(const Address& other) const noexcept;
};

// A company that runs networks; the meaning of each member stands in data/hosting-networks.yml.
struct NetworkOperator {
  std::string name;
  bool big_tech = false;
  bool worldwide = false;
  bool ends_tls = false;
  std::vector<std::string> names;
  std::vector<std::uint32_t> as_numbers;
  std::vector<AddressRange> ranges;
  std::vector<std::string> in_front;
};

struct OperatorHit {
  const NetworkOperator* owner = nullptr;  // nullptr: none is known. Lives as long as the table
  std::string what;                        // "reverse name vps1.example.net", "104.16.0.0/13, a published range"
};

class NetworkTable {
 public:
  static Result<NetworkTable> parse(std::string_view yaml);  // kParse or kSchema with the line

  // By range, then by number of the network (0: not known), then by reverse names.
  OperatorHit match(const Address& address, std::uint32_t as_number, const std::vector<std::string>& names) const;
  // The company that ends TLS at that address, by its published ranges.
  OperatorHit ends_tls(const Address& address) const;
  // Whose product an intermediary is.
  const NetworkOperator* in_front(std::string_view intermediary) const noexcept;

 private:
  std::vector<NetworkOperator> operators_;
};

// What of European law holds in a country.
enum class Protection {
  kEea,       // the GDPR itself
  kDecision,  // an adequacy decision for the country
  kPartial,   // an adequacy decision for some recipients
  kNone,      // no decision
};

class Jurisdictions {
 public:
  static Result<Jurisdictions> parse(std::string_view yaml);  // kParse or kSchema with the line

  bool in_eea(std::string_view country) const noexcept;
  // kDataTooOld when the table was last looked up more than 18 months before `now`.
  Result<Protection> protection(std::string_view country, Instant now) const;
  // "US: (EU) 2023/1795, only organisations certified under ..."; "" without a decision.
  std::string decision_words(std::string_view country) const;

 private:
  struct Decision {
    std::string title;
    std::string only;
    Instant until{};  // Instant{}: without end
  };
  Instant as_of_{};
  std::set<std::string, std::less<>> eea_;
  std::map<std::string, Decision, std::less<>> decisions_;
};

// The tables of the installation, read once per process; an error when the file is missing or broken.
const Result<NetworkTable>& hosting_networks();
const Result<Jurisdictions>& jurisdictions();

}  // namespace meetlat::probes
