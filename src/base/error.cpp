#include "base/error.h"

#include <array>
#include <cstddef>

namespace meetlat {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  std::string_view words;
};

constexpr std::array kRows = {
    Row{ErrorCode::kInvalidArgument, "invalid-argument", ""},
    Row{ErrorCode::kNotFound, "not-found", ""},
    Row{ErrorCode::kPermission, "permission", "permission denied"},
    Row{ErrorCode::kIo, "io", ""},
    Row{ErrorCode::kDiskFull, "disk-full", "no space left"},
    Row{ErrorCode::kParse, "parse", ""},
    Row{ErrorCode::kSchema, "schema", ""},
    Row{ErrorCode::kTooLarge, "too-large", "too large"},
    Row{ErrorCode::kCancelled, "cancelled", "cancelled"},
    Row{ErrorCode::kOffline, "offline", "not fetched (offline)"},
    Row{ErrorCode::kUnsupported, "unsupported", "not supported"},
    Row{ErrorCode::kNameNotFound, "name-not-found", "the name does not exist"},
    Row{ErrorCode::kNoAddress, "no-address", "the name has no address"},
    Row{ErrorCode::kResolverFailed, "resolver-failed", "the DNS resolver gave no answer"},
    Row{ErrorCode::kAddressRefused, "address-refused", "address refused"},
    Row{ErrorCode::kConnectionRefused, "connection-refused", "connection refused"},
    Row{ErrorCode::kUnreachable, "unreachable", "unreachable"},
    Row{ErrorCode::kConnectionReset, "connection-reset", "connection closed by the other side"},
    Row{ErrorCode::kTimedOut, "timed-out", "timed out"},
    Row{ErrorCode::kTlsFailed, "tls-failed", "TLS handshake failed"},
    Row{ErrorCode::kTlsUntrusted, "tls-untrusted", "certificate not trusted"},
    Row{ErrorCode::kHttpProtocol, "http-protocol", "not valid HTTP"},
    Row{ErrorCode::kTooManyRedirects, "too-many-redirects", "too many redirects"},
    Row{ErrorCode::kRedirectRefused, "redirect-refused", "redirect not followed"},
    Row{ErrorCode::kHttpStatus, "http-status", "HTTP status"},
    Row{ErrorCode::kRateLimited, "rate-limited", "rate limited"},
    Row{ErrorCode::kChallenged, "challenged", "a bot wall answered"},
    Row{ErrorCode::kRobotsDisallowed, "robots-disallowed", "robots.txt forbids it"},
    Row{ErrorCode::kBudgetExhausted, "budget-exhausted", "the budget for this host is used up"},
    Row{ErrorCode::kNotAttempted, "not-attempted", "not asked"},
    Row{ErrorCode::kNotUnderstood, "not-understood", "not understood"},
    Row{ErrorCode::kDataTooOld, "data-too-old", "the data table is too old to tell"},
};

}  // namespace

std::string_view to_string(ErrorCode code) noexcept {
  for (const Row& row : kRows) {
    if (row.code == code) return row.name;
  }
  return "unknown-error";
}

std::optional<ErrorCode> error_code_from(std::string_view name) noexcept {
  for (const Row& row : kRows) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

std::string describe(const Error& error) {
  std::string_view words;
  for (const Row& row : kRows) {
    if (row.code == error.code) words = row.words;
  }
  if (words.empty()) return error.context.empty() ? std::string(to_string(error.code)) : error.context;
  if (error.context.empty()) return std::string(words);
  return std::string(words) + ": " + error.context;
}

}  // namespace meetlat
