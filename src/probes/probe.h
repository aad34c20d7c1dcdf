// A probe asks a Session and writes facts. It opens no socket, knows no limit and judges nothing.
#pragma once

#include <span>
#include <string_view>

#include "model/evidence.h"
#include "model/target.h"
#include "net/session.h"

namespace meetlat {

struct ProbeInfo {
  std::string_view id;                      // "tls"
  std::string_view title;                   // for people
  std::span<const FactSpec> facts;          // every fact that it may put
  std::span<const std::string_view> after;  // ids of probes whose facts it reads
  int max_requests = 0;                     // upper bound on exchanges that it causes
};

class Probe {
 public:
  virtual ~Probe() = default;
  virtual const ProbeInfo& info() const noexcept = 0;
  // Can it say something of a server that is no instance (Target::service)? Others are left out there.
  virtual bool asks_any_server() const noexcept { return false; }
  // Puts every fact of its table, or not_measured with the reason, for at least one subject.
  virtual void collect(const Target& target, Session& session, Evidence& evidence) const = 0;
  // A verdict so grave that it must be seen twice (untrusted certificate, nothing above TLS 1.1): does this evidence
  // hold one? The Scanner then calls recheck() in a fresh Session, at least 60 s after the first sight.
  virtual bool wants_recheck(const Evidence&) const { return false; }
  virtual void recheck(const Target&, Session&, Evidence&) const {}
};

// All probes in an order that respects `after`. Objects live for ever.
std::span<const Probe* const> all_probes() noexcept;
// nullptr when unknown.
const Probe* find_probe(std::string_view id) noexcept;
// The declared fact of that path over all probes, or nullptr.
const FactSpec* find_fact(std::string_view path) noexcept;

}  // namespace meetlat
