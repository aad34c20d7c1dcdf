#include "base/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/core.h>
#include <libpsl.h>
#include <unicode/uidna.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <charconv>
#include <memory>

#include "base/text.h"

namespace meetlat {
namespace {

struct CurlUrlDeleter {
  void operator()(CURLU* handle) const noexcept { curl_url_cleanup(handle); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlDeleter>;

std::string part(CURLU* handle, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, what, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

bool has_forbidden_bytes(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) return true;
  }
  return false;
}

// UTS #46 to ASCII, non-transitional as browsers do it.
Result<std::string> idna_to_ascii(std::string_view host) {
  UErrorCode status = U_ZERO_ERROR;
  static const UIDNA* const idna = [] {
    UErrorCode open = U_ZERO_ERROR;
    return uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, &open);
  }();
  std::string out(host.size() * 4 + 64, '\0');
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const int32_t length = uidna_nameToASCII_UTF8(idna, host.data(), static_cast<int32_t>(host.size()), out.data(),
                                                static_cast<int32_t>(out.size()), &info, &status);
  // Labels with hyphens in positions 3 and 4 and such exist in the wild: only what makes a name unusable is refused.
  constexpr uint32_t kTolerated = UIDNA_ERROR_HYPHEN_3_4 | UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN;
  if (U_FAILURE(status) != 0 || (info.errors & ~kTolerated) != 0 || length <= 0) {
    return fail(ErrorCode::kParse, fmt::format("'{}' is no host name", printable(host)));
  }
  out.resize(static_cast<std::size_t>(length));
  return out;
}

Result<void> check_labels(std::string_view host) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kParse, fmt::format("'{}' is no host name: {}", printable(host), why));
  };
  if (host.size() > 253) return bad("longer than 253 characters");
  for (const std::string& label : split(host, '.')) {
    if (label.empty()) return bad("an empty label");
    if (label.size() > 63) return bad("a label longer than 63 characters");
    for (const char c : label) {
      const bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      if (!ok) return bad(fmt::format("character '{}'", printable(std::string_view(&c, 1))));
    }
    if (label.front() == '-' || label.back() == '-') return bad("a label starts or ends with a hyphen");
  }
  return {};
}

// Shared by Url and normalise_host: no demand for a dot, since "localhost" is a host of a URL.
Result<std::string> ascii_host(std::string_view text) {
  if (text.size() > 1024) return fail(ErrorCode::kParse, "a host name longer than 1,024 bytes");
  if (!text.empty() && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty()) return fail(ErrorCode::kParse, "an empty host name");
  if (text.find(':') != std::string_view::npos) {
    in6_addr address{};
    if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) {
      return fail(ErrorCode::kParse, fmt::format("'{}' is no host name", printable(text)));
    }
    char buffer[INET6_ADDRSTRLEN] = {};
    return std::string(inet_ntop(AF_INET6, &address, buffer, sizeof buffer));
  }
  std::string host = to_lower(text);
  for (const char c : host) {
    if (static_cast<unsigned char>(c) >= 0x80 || host.find("xn--") != std::string::npos) {
      auto ascii = idna_to_ascii(host);
      if (!ascii) return fail(ascii.error());
      host = std::move(*ascii);
      break;
    }
  }
  if (auto ok = check_labels(host); !ok) return fail(ok.error());
  // "1.2.3" or "0x7f.1": forms that some resolvers read as an address. A last label of digits only must be IPv4.
  const std::string last = host.substr(host.rfind('.') == std::string::npos ? 0 : host.rfind('.') + 1);
  const bool numeric = last.find_first_not_of("0123456789") == std::string::npos || last.starts_with("0x");
  if (numeric && !is_ip_literal(host)) {
    return fail(ErrorCode::kParse, fmt::format("'{}' is neither a host name nor an IPv4 address", printable(text)));
  }
  return host;
}

}  // namespace

bool is_ip_literal(std::string_view host) noexcept {
  if (host.size() > 45) return false;
  char text[46] = {};
  host.copy(text, host.size());
  in6_addr buffer{};
  return inet_pton(AF_INET, text, &buffer) == 1 || inet_pton(AF_INET6, text, &buffer) == 1;
}

Result<Url> Url::parse(std::string_view text) {
  text = trim(text);
  if (text.size() > 8192) return fail(ErrorCode::kParse, "a URL longer than 8,192 bytes");
  if (has_forbidden_bytes(text)) {
    return fail(ErrorCode::kParse,
                fmt::format("'{}' is no URL: it holds a space or control character", excerpt(text, 80)));
  }
  const CurlUrl handle(curl_url());
  const std::string copy(text);
  const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, copy.c_str(), 0);
  if (code != CURLUE_OK) {
    return fail(ErrorCode::kParse, fmt::format("'{}' is no URL: {}", excerpt(text, 80), curl_url_strerror(code)));
  }
  Url url;
  const std::string scheme = to_lower(part(handle.get(), CURLUPART_SCHEME));
  if (scheme != "https" && scheme != "http") {
    return fail(ErrorCode::kParse, fmt::format("'{}': only http and https are understood, not {}", excerpt(text, 80),
                                               excerpt(scheme, 20)));
  }
  url.https_ = scheme == "https";
  auto host = ascii_host(part(handle.get(), CURLUPART_HOST, CURLU_URLDECODE));
  if (!host) return fail(host.error());
  url.host_ = std::move(*host);
  const std::string port = part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  unsigned number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  if (number == 0 || number > 65535) {
    return fail(ErrorCode::kParse, fmt::format("'{}': the port is not between 1 and 65535", excerpt(text, 80)));
  }
  url.port_ = static_cast<std::uint16_t>(number);
  url.path_ = part(handle.get(), CURLUPART_PATH);
  if (url.path_.empty()) url.path_ = "/";
  url.query_ = part(handle.get(), CURLUPART_QUERY);
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  reference = trim(reference);
  if (reference.size() > 8192) return fail(ErrorCode::kParse, "a URL longer than 8,192 bytes");
  // Browsers drop tabs and newlines and encode spaces inside a reference (WHATWG URL, basic parser).
  std::string cleaned;
  for (const char c : reference) {
    if (c == '\t' || c == '\n' || c == '\r') continue;
    if (c == ' ') {
      cleaned += "%20";
    } else {
      cleaned += c;
    }
  }
  if (has_forbidden_bytes(cleaned)) return fail(ErrorCode::kParse, "a link with control characters");
  const std::size_t colon = cleaned.find(':');
  const std::size_t slash = cleaned.find_first_of("/?#");
  if (colon != std::string::npos && colon > 0 && (slash == std::string::npos || colon < slash)) return parse(cleaned);
  if (cleaned.starts_with("//")) return parse(std::string(scheme()) + ":" + cleaned);
  if (cleaned.empty() || cleaned.front() == '#') return *this;
  const CurlUrl handle(curl_url());
  if (curl_url_set(handle.get(), CURLUPART_URL, str().c_str(), 0) != CURLUE_OK ||
      curl_url_set(handle.get(), CURLUPART_URL, cleaned.c_str(), 0) != CURLUE_OK) {
    return fail(ErrorCode::kParse, fmt::format("'{}' is no link", excerpt(cleaned, 80)));
  }
  return parse(part(handle.get(), CURLUPART_URL));
}

std::string Url::authority() const {
  const std::string host = host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]";
  return port_ == (https_ ? 443 : 80) ? host : fmt::format("{}:{}", host, port_);
}

std::string Url::origin() const {
  return fmt::format("{}://{}", scheme(), authority());
}

std::string Url::str() const {
  std::string out = origin() + path_;
  if (!query_.empty()) out += "?" + query_;
  return out;
}

Url Url::with_path(std::string_view path_and_query) const {
  Url out = *this;
  const std::size_t mark = path_and_query.find('?');
  out.path_ = std::string(path_and_query.substr(0, mark));
  out.query_ = mark == std::string_view::npos ? std::string{} : std::string(path_and_query.substr(mark + 1));
  if (out.path_.empty() || out.path_.front() != '/') out.path_.insert(0, 1, '/');
  return out;
}

Url Url::with_scheme(bool https) const {
  Url out = *this;
  if (out.port_ == (https_ ? 443 : 80)) out.port_ = https ? 443 : 80;
  out.https_ = https;
  return out;
}

Result<std::string> normalise_host(std::string_view text) {
  auto host = ascii_host(trim(text));
  if (!host) return host;
  if (host->find('.') == std::string::npos && !is_ip_literal(*host)) {
    return fail(ErrorCode::kParse, fmt::format("'{}' is no full host name: it has no dot", printable(*host)));
  }
  return host;
}

std::string display_host(std::string_view ascii) {
  if (ascii.find("xn--") == std::string_view::npos) return std::string(ascii);
  static const UIDNA* const idna = [] {
    UErrorCode open = U_ZERO_ERROR;
    return uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_UNICODE, &open);
  }();
  static const USpoofChecker* const checker = [] {
    UErrorCode open = U_ZERO_ERROR;
    USpoofChecker* made = uspoof_open(&open);
    uspoof_setRestrictionLevel(made, USPOOF_HIGHLY_RESTRICTIVE);
    return made;
  }();
  UErrorCode status = U_ZERO_ERROR;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  std::string out(ascii.size() * 4 + 16, '\0');
  const int32_t length = uidna_nameToUnicodeUTF8(idna, ascii.data(), static_cast<int32_t>(ascii.size()), out.data(),
                                                 static_cast<int32_t>(out.size()), &info, &status);
  if (U_FAILURE(status) != 0 || info.errors != 0 || length <= 0) return std::string(ascii);
  out.resize(static_cast<std::size_t>(length));
  status = U_ZERO_ERROR;
  const int32_t verdict = uspoof_check2UTF8(checker, out.data(), static_cast<int32_t>(out.size()), nullptr, &status);
  if (U_FAILURE(status) != 0 || verdict != 0) return std::string(ascii);
  return out;
}

std::string registrable_domain(std::string_view host) {
  std::string name(host);
  if (is_ip_literal(host)) return name;
  static const psl_ctx_t* const psl = psl_latest(nullptr);
  const char* domain = psl_registrable_domain(psl, name.c_str());
  return domain == nullptr ? name : std::string(domain);
}

bool same_site(std::string_view host_a, std::string_view host_b) {
  return registrable_domain(host_a) == registrable_domain(host_b);
}

}  // namespace meetlat
