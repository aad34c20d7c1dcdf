// The one error type of the project.
//
// ErrorCode is closed: a caller can switch over it, a Run stores its kebab-case name, and a host's
// status is derived from it. Add a value only with its comment and its name in error.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace meetlat {

enum class ErrorCode {
  // --- this program's own input and machine
  kInvalidArgument,  // an argument, option or API value makes no sense
  kNotFound,         // a local file or named thing does not exist
  kPermission,       // the operating system refused access to a local file
  kIo,               // reading or writing failed for another reason
  kDiskFull,         // no space left on the device (ENOSPC, EDQUOT)
  kParse,            // bytes do not have the promised syntax; context names line and column
  kSchema,           // syntax is right, content is not what the format demands
  kTooLarge,         // a size limit was passed (file, body, header, nesting)
  kCancelled,        // the user or the run asked to stop
  kOffline,          // the network was needed but --offline forbids it
  kUnsupported,      // a form that this version cannot handle (an encoding, a proxy feature)
  // --- names and addresses
  kNameNotFound,    // NXDOMAIN: the name does not exist
  kNoAddress,       // the name exists, but has neither A nor AAAA
  kResolverFailed,  // SERVFAIL, REFUSED, no answer from the resolver: says nothing about the name
  kAddressRefused,  // AddressGuard: the address is private, loopback, reserved ... see context
  // --- connections
  kConnectionRefused,  // TCP RST to our SYN
  kUnreachable,        // no route, network or host unreachable
  kConnectionReset,    // peer closed or reset in the middle
  kTimedOut,           // a deadline passed
  // --- TLS
  kTlsFailed,     // the handshake failed (alert, protocol, unsupported parameters)
  kTlsUntrusted,  // the handshake worked, the certificate was not accepted and trust was demanded
  // --- HTTP
  kHttpProtocol,      // malformed or impossible HTTP from the peer
  kTooManyRedirects,  // more hops than the limit, or a loop
  kRedirectRefused,   // a redirect to a scheme or place that we do not follow
  kHttpStatus,        // a status that is not the one that was needed; context says which
  kRateLimited,       // 429, or 503 with Retry-After
  kChallenged,        // a bot wall answered instead of the site
  kRobotsDisallowed,  // robots.txt (RFC 9309) forbids the guessed path
  kBudgetExhausted,   // the target's request, byte or time budget is used up
  // --- probing
  kNotAttempted,   // a precondition was not met (context says which), so nothing was asked
  kNotUnderstood,  // an answer came but could not be interpreted; unknown, never absent
  kDataTooOld,     // a data table is too old, or the thing newer than the table, to judge
};

struct Error {
  ErrorCode code{};
  std::string context;  // for people: what, where, what to do; no trailing full stop

  friend bool operator==(const Error&, const Error&) = default;
};

// The stable kebab-case name, e.g. "name-not-found". Stored in Runs and reports.
std::string_view to_string(ErrorCode code) noexcept;

// The inverse of to_string; nullopt for a name that this version does not know.
std::optional<ErrorCode> error_code_from(std::string_view name) noexcept;

// "name not found: meet.example: NXDOMAIN": words for a person.
std::string describe(const Error& error);

}  // namespace meetlat
