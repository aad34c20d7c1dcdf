// What others say about a certificate: throw-away logs sign timestamps (RFC 6962), the authority signs OCSP answers.
#include <fmt/format.h>
#include <openssl/ct.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <chrono>
#include <utility>

#include "base/clock.h"
#include "refserver/authority_impl.h"

namespace meetlat {
namespace {

constexpr long kHour = 60L * 60;

struct FreeDer {
  void operator()(unsigned char* der) const noexcept { OPENSSL_free(der); }
};

// What an i2d function of OpenSSL makes of an object.
template <class Encode>
std::string der_of(Encode encode) {
  unsigned char* bytes = nullptr;
  const int length = encode(&bytes);
  const std::unique_ptr<unsigned char, FreeDer> owned(bytes);
  return length <= 0 ? std::string() : std::string(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(length));
}

std::string sha256_of(const std::string& bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string public_key(EVP_PKEY* key) {
  return der_of([key](unsigned char** out) { return i2d_PUBKEY(key, out); });
}

void put_number(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
}

// Body of a log entry: type, for precertificates the digest of the issuer's key, and what was logged.
std::string entry_of(int type, const std::string& issuer_key_digest, const std::string& logged) {
  std::string entry;
  put_number(entry, static_cast<std::uint64_t>(type), 2);
  entry += issuer_key_digest;
  put_number(entry, logged.size(), 3);
  return entry + logged;
}

std::string signature_of(EVP_PKEY* key, const std::string& bytes) {
  const std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>> digest(EVP_MD_CTX_new());
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t length = out.size();
  const bool made = digest != nullptr && EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                    EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(out.data()), &length,
                                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  out.resize(made ? length : 0);
  return out;
}

// nullptr on failure.
SCT* timestamp_of(const Log& log, const std::string& entry, std::uint64_t milliseconds) {
  std::string message("\0\0", 2);  // version 1, certificate_timestamp
  put_number(message, milliseconds, 8);
  message += entry;
  put_number(message, 0, 2);  // no extensions
  const std::string signature = signature_of(log.key.get(), message);
  const std::string id = sha256_of(public_key(log.key.get()));
  SCT* sct = SCT_new();
  const bool made =
      sct != nullptr && !signature.empty() && SCT_set_version(sct, SCT_VERSION_V1) == 1 &&
      SCT_set1_log_id(sct, reinterpret_cast<const unsigned char*>(id.data()), id.size()) == 1 &&
      SCT_set_signature_nid(sct, NID_ecdsa_with_SHA256) == 1 &&
      SCT_set1_signature(sct, reinterpret_cast<const unsigned char*>(signature.data()), signature.size()) == 1;
  if (made) SCT_set_timestamp(sct, milliseconds);
  if (made) return sct;
  SCT_free(sct);
  return nullptr;
}

struct FreeScts {
  void operator()(STACK_OF(SCT) * list) const noexcept { SCT_LIST_free(list); }
};
using SctsPtr = std::unique_ptr<STACK_OF(SCT), FreeScts>;

// Which of the logs (two of one operator, one of another, one unknown) sign.
std::vector<std::size_t> signers(SctWish wish) {
  switch (wish) {
    case SctWish::kTwoOperators:
    case SctWish::kInvalid:
      return {0, 2};
    case SctWish::kOneOperator:
      return {0, 1};
    case SctWish::kUnknownLog:
      return {0, 3};
    case SctWish::kNone:
      break;
  }
  return {};
}

// nullptr on failure, and when none are wished.
SctsPtr timestamps(const std::vector<Log>& logs, SctWish wish, const std::string& entry) {
  using namespace std::chrono;
  const auto an_hour_ago = duration_cast<milliseconds>(Clock::system().now().time_since_epoch() - hours{1}).count();
  SctsPtr list(sk_SCT_new_null());
  bool first = true;
  for (const std::size_t log : signers(wish)) {
    SCT* made = timestamp_of(logs[log], wish == SctWish::kInvalid && !first ? entry + "other" : entry,
                             static_cast<std::uint64_t>(an_hour_ago));
    if (list == nullptr || made == nullptr || sk_SCT_push(list.get(), made) == 0) return nullptr;
    first = false;
  }
  return list;
}

}  // namespace

Result<Logs> Logs::create() {
  Logs logs;
  for (const auto& [section, description, operator_name] :
       {std::array{"lantern_one", "Lantern One", "Lantern Logs"},
        std::array{"lantern_two", "Lantern Two", "Lantern Logs"},
        std::array{"candle_one", "Candle One", "Candle Transparency"}, std::array{"", "", ""}}) {
    Log log{section, description, operator_name, KeyPtr(EVP_EC_gen("P-256"))};
    if (!log.key) return fail(openssl_error("making the key of a throw-away log"));
    logs.logs_.push_back(std::move(log));
  }
  return logs;
}

Result<void> Logs::embed(X509* leaf, const Issuer& issuer, SctWish wish) const {
  if (wish == SctWish::kNone) return {};
  // The name of the signature's algorithm is part of what logs sign.
  if (X509_sign(leaf, issuer.key.get(), EVP_sha256()) == 0) return fail(openssl_error("signing a precertificate"));
  const std::string body = der_of([leaf](unsigned char** out) { return i2d_re_X509_tbs(leaf, out); });
  const std::string entry = entry_of(1, sha256_of(public_key(issuer.key.get())), body);
  const SctsPtr list = timestamps(logs_, wish, entry);
  if (list == nullptr || X509_add1_ext_i2d(leaf, NID_ct_precert_scts, list.get(), 0, 0) != 1) {
    return fail(openssl_error("making certificate timestamps"));
  }
  return {};
}

Result<std::string> Logs::list(X509* leaf, SctWish wish) const {
  if (wish == SctWish::kNone) return std::string();
  const std::string whole = der_of([leaf](unsigned char** out) { return i2d_X509(leaf, out); });
  const SctsPtr made = timestamps(logs_, wish, entry_of(0, "", whole));
  if (made == nullptr) return fail(openssl_error("making certificate timestamps"));
  return der_of([&](unsigned char** out) { return i2o_SCT_LIST(made.get(), out); });
}

std::string Logs::table() const {
  std::string sections;
  std::string names;
  for (const Log& log : logs_) {
    if (log.section.empty()) continue;
    const std::string key = public_key(log.key.get());
    std::string base64(4 * ((key.size() + 2) / 3) + 1, '\0');
    base64.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                                           reinterpret_cast<const unsigned char*>(key.data()),
                                                           static_cast<int>(key.size()))));
    names += (names.empty() ? "" : ", ") + log.section;
    sections += fmt::format("\n[{}]\ndescription = {}\noperator = {}\nkey = {}\nstate = usable\nsince = 2020-01-01\n",
                            log.section, log.description, log.operator_name, base64);
  }
  return fmt::format(
      "# throw-away logs of the meetlat reference server, for --ct-logs\nread = {}\nlife = 30\nenabled_logs = {}\n{}",
      format_date(Clock::system().now()), names, sections);
}

Result<std::string> make_staple(StapleWish wish, X509* leaf, const Issuer& issuer, const Issuer& stranger) {
  if (wish == StapleWish::kNone) return std::string();
  const std::unique_ptr<OCSP_BASICRESP, Freer<OCSP_BASICRESP_free>> basic(OCSP_BASICRESP_new());
  const std::unique_ptr<OCSP_CERTID, Freer<OCSP_CERTID_free>> id(
      OCSP_cert_to_id(EVP_sha1(), leaf, issuer.certificate.get()));
  using TimePtr = std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>>;
  const bool old = wish == StapleWish::kExpired;
  const TimePtr from(X509_gmtime_adj(nullptr, old ? -240 * kHour : -kHour));
  const TimePtr until(X509_gmtime_adj(nullptr, old ? -72 * kHour : 72 * kHour));
  const TimePtr revoked(wish == StapleWish::kRevoked ? X509_gmtime_adj(nullptr, -24 * kHour) : nullptr);
  const int status = wish == StapleWish::kRevoked   ? V_OCSP_CERTSTATUS_REVOKED
                     : wish == StapleWish::kUnknown ? V_OCSP_CERTSTATUS_UNKNOWN
                                                    : V_OCSP_CERTSTATUS_GOOD;
  const Issuer& signer = wish == StapleWish::kForeign ? stranger : issuer;
  const bool made =
      basic && id && from && until &&
      OCSP_basic_add1_status(basic.get(), id.get(), status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked.get(),
                             from.get(), until.get()) != nullptr &&
      OCSP_basic_sign(basic.get(), signer.certificate.get(), signer.key.get(), EVP_sha256(), nullptr, 0) == 1;
  if (!made) return fail(openssl_error("making an OCSP answer"));
  const std::unique_ptr<OCSP_RESPONSE, Freer<OCSP_RESPONSE_free>> response(
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  if (!response) return fail(openssl_error("making an OCSP answer"));
  return der_of([&](unsigned char** out) { return i2d_OCSP_RESPONSE(response.get(), out); });
}

}  // namespace meetlat
