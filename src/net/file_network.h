// A wire that leads nowhere: it answers from what is in memory, and whatever else is asked is not fetched (kOffline).
// With it probes read a configuration that is served nowhere yet, or try out a change, without any contact.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "net/network.h"

namespace meetlat {

class FileNetwork final : public Network {
 public:
  FileNetwork();

  // GETs of that URL answer 200 with this body. `headers` beside the media type, names in lower case.
  void put(const Url& url, std::string body, const std::string& media_type, std::vector<Header> headers = {});

  // Names are not resolved and handshakes not made (kUnsupported, as behind a proxy). The Network outlives it.
  std::unique_ptr<Transport> open(std::stop_token stop) override;
  const AddressGuard& guard() const noexcept override { return guard_; }
  HostGate& gate() noexcept override { return gate_; }

 private:
  std::map<Url, HttpAnswer> answers_;
  AddressGuard guard_;
  HostGate gate_;
};

}  // namespace meetlat
