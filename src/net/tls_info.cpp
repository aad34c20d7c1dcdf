#include "net/tls_info.h"

namespace meetlat {

std::string_view to_string(ChainInfo::Anchor anchor) noexcept {
  switch (anchor) {
    case ChainInfo::Anchor::kKnownRoot:
      return "known root";
    case ChainInfo::Anchor::kUnknownRoot:
      return "unknown root";
    case ChainInfo::Anchor::kSelfSigned:
      return "self-signed";
    case ChainInfo::Anchor::kNotSent:
      return "not sent";
    case ChainInfo::Anchor::kUnclear:
      break;
  }
  return "unclear";
}

std::string_view to_string(SctInfo::Source source) noexcept {
  switch (source) {
    case SctInfo::Source::kCertificate:
      return "certificate";
    case SctInfo::Source::kTlsExtension:
      return "TLS extension";
    case SctInfo::Source::kStaple:
      break;
  }
  return "staple";
}

std::string_view to_string(SctInfo::Status status) noexcept {
  switch (status) {
    case SctInfo::Status::kValid:
      return "valid";
    case SctInfo::Status::kInvalid:
      return "invalid";
    case SctInfo::Status::kFuture:
      return "future";
    case SctInfo::Status::kUnknownLog:
      return "unknown log";
    case SctInfo::Status::kUnsupported:
      return "unsupported version";
    case SctInfo::Status::kUnchecked:
      break;
  }
  return "not checked";
}

std::string_view to_string(StapleInfo::Status status) noexcept {
  switch (status) {
    case StapleInfo::Status::kNone:
      return "none";
    case StapleInfo::Status::kGood:
      return "good";
    case StapleInfo::Status::kRevoked:
      return "revoked";
    case StapleInfo::Status::kUnknown:
      return "unknown";
    case StapleInfo::Status::kInvalid:
      return "invalid";
    case StapleInfo::Status::kUnchecked:
      break;
  }
  return "not checked";
}

}  // namespace meetlat
