// Lists of certificate timestamps as TLS carries them, with and without a known log.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/ct_logs.h"
#include "net/sct.h"
#include "some_certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto logs = meetlat::CtLogs::load();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)meetlat::parse_scts(bytes);
  meetlat::SctInput input;
  input.leaf = meetlat::fuzz::some_certificate();
  input.issuer = meetlat::fuzz::some_certificate();
  input.tls_extension = bytes;
  const meetlat::SctReport report =
      meetlat::check_scts(input, logs ? logs->get() : nullptr, meetlat::Clock::system().now());
  if (report.all.size() > 30 || (report.all.empty() && report.left_out > 0)) std::abort();
  for (const meetlat::SctInfo& sct : report.all) {
    if (sct.status == meetlat::SctInfo::Status::kValid) std::abort();  // no input can sign for a log
  }
  return 0;
}
