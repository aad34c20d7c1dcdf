// How a probe writes its facts: paths are checked against its table by the compiler, and what was not written at the
// end is recorded as not measured, so that no fact can be forgotten.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/evidence.h"
#include "net/session.h"

namespace meetlat::probes {

// A fact of the table `kTable`, named by its path. A path that the table lacks does not compile.
template <const auto& kTable>
class FactRef {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): the point is to write "tls.version" where a fact is wanted.
  consteval FactRef(const char* path) : index_(position(path)) {}
  constexpr const FactSpec& spec() const noexcept { return kTable[index_]; }
  constexpr std::size_t index() const noexcept { return index_; }
  // For paths that are put together while the program runs; nullopt when the table lacks it.
  static std::optional<FactRef> find(std::string_view path) noexcept {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
      if (kTable[i].path == path) return FactRef(i, 0);
    }
    return std::nullopt;
  }

 private:
  constexpr FactRef(std::size_t index, int) : index_(index) {}
  static consteval std::size_t position(std::string_view path) {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
      if (kTable[i].path == path) return i;
    }
    throw "the fact is not in the probe's table";
  }
  std::size_t index_;
};

// Writes the facts of one probe about one subject (another subject can be given for a single fact).
template <const auto& kTable>
class FactWriter {
 public:
  using Ref = FactRef<kTable>;

  FactWriter(Evidence& evidence, Subject subject, Instant now)
      : evidence_(evidence), subject_(std::move(subject)), now_(now) {}

  void put(Ref fact, bool value, Provenance seen) { store(fact, subject_, Value(value), std::move(seen)); }
  void put(Ref fact, std::int64_t value, Provenance seen) { store(fact, subject_, Value(value), std::move(seen)); }
  void put(Ref fact, int value, Provenance seen) { put(fact, static_cast<std::int64_t>(value), std::move(seen)); }
  void put(Ref fact, double value, Provenance seen) { store(fact, subject_, Value(value), std::move(seen)); }
  void put(Ref fact, std::string value, Provenance seen) {
    store(fact, subject_, Value(std::move(value)), std::move(seen));
  }
  void put(Ref fact, std::string_view value, Provenance seen) { put(fact, std::string(value), std::move(seen)); }
  void put(Ref fact, const char* value, Provenance seen) { put(fact, std::string(value), std::move(seen)); }
  void put(Ref fact, std::vector<std::string> value, Provenance seen) {
    store(fact, subject_, Value(std::move(value)), std::move(seen));
  }
  // NOLINTBEGIN(performance-unnecessary-value-param): clang-tidy 14 does not see the moves inside a template
  void put_about(Ref fact, Subject subject, Value value, Provenance seen) {
    store(fact, std::move(subject), std::move(value), std::move(seen));
  }
  void missing(Ref fact, Error why, Provenance seen = {}) {
    missing_about(fact, subject_, std::move(why), std::move(seen));
  }
  void missing_about(Ref fact, Subject subject, Error why, Provenance seen = {}) {
    if (seen.at == Instant{}) seen.at = now_;
    evidence_.not_measured(fact.spec(), std::move(subject), std::move(why), std::move(seen));
    written_[fact.index()] = true;
  }
  // Everything that was neither put nor declared missing so far is not measured, for this reason.
  void rest_missing(const Error& why) {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
      if (!written_[i]) evidence_.not_measured(kTable[i], subject_, why, Provenance{{}, {}, {}, now_});
      written_[i] = true;
    }
  }
  bool written(Ref fact) const noexcept { return written_[fact.index()]; }
  const Subject& subject() const noexcept { return subject_; }

 private:
  void store(Ref fact, Subject subject, Value value, Provenance seen) {
    if (seen.at == Instant{}) seen.at = now_;
    evidence_.put(fact.spec(), std::move(subject), std::move(value), std::move(seen));
    written_[fact.index()] = true;
  }
  // NOLINTEND(performance-unnecessary-value-param)

  Evidence& evidence_;
  Subject subject_;
  Instant now_;
  std::array<bool, std::tuple_size_v<std::remove_cvref_t<decltype(kTable)>>> written_{};
};

}  // namespace meetlat::probes
