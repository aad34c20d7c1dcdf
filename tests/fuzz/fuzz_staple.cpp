// Stapled OCSP answers.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/ocsp_staple.h"
#include "some_certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  X509* certificate = meetlat::fuzz::some_certificate();
  const auto staple = meetlat::check_staple(bytes, certificate, certificate, meetlat::Clock::system().now());
  const auto status = staple.info.status;
  if (bytes.empty() != (status == meetlat::StapleInfo::Status::kNone)) std::abort();
  if (status == meetlat::StapleInfo::Status::kGood) std::abort();  // no input can sign for this key
  return 0;
}
