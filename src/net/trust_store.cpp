#include "net/trust_store.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace meetlat {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 5> kBundles = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

// Does the folder hold certificates under their hashes ("4042bcee.0")?
bool is_hashed_folder(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() == 10 && name.ends_with(".0") &&
        std::all_of(name.begin(), name.begin() + 8, [](unsigned char c) { return std::isxdigit(c) != 0; })) {
      return true;
    }
  }
  return false;
}

bool add_folder(X509_STORE* store, const fs::path& folder) {
  if (!is_hashed_folder(folder)) return false;
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
  return lookup != nullptr && X509_LOOKUP_add_dir(lookup, folder.c_str(), X509_FILETYPE_PEM) == 1;
}

bool add_file(X509_STORE* store, const fs::path& file) {
  std::error_code error;
  const bool added = fs::is_regular_file(file, error) && X509_STORE_load_file(store, file.c_str()) == 1;
  ERR_clear_error();
  return added;
}

bool add_system(X509_STORE* store) {
  const char* env_file = std::getenv(X509_get_default_cert_file_env());
  const char* env_dir = std::getenv(X509_get_default_cert_dir_env());
  const bool has_env_file = env_file != nullptr && *env_file != '\0';
  const bool has_env_dir = env_dir != nullptr && *env_dir != '\0';
  if (has_env_file || has_env_dir) {
    const bool file_added = has_env_file && add_file(store, env_file);
    const bool dir_added = has_env_dir && add_folder(store, env_dir);
    return file_added || dir_added;
  }
  if (add_folder(store, X509_get_default_cert_dir()) || add_file(store, X509_get_default_cert_file())) return true;
  return std::ranges::any_of(kBundles, [store](std::string_view bundle) { return add_file(store, bundle); });
}

}  // namespace

void TrustStore::Free::operator()(x509_store_st* store) const noexcept {
  X509_STORE_free(store);
}

Result<TrustStore> TrustStore::load(const fs::path& ca_file) {
  TrustStore trust;
  trust.store_.reset(X509_STORE_new());
  if (trust.store_ == nullptr) return fail(ErrorCode::kIo, "OpenSSL has no memory for a trust store");
  if (ca_file.empty()) {
    if (add_system(trust.get())) return trust;
    return fail(ErrorCode::kNotFound,
                "this machine has no CA certificates, so no certificate can be judged; install the package "
                "ca-certificates, or name a PEM file by --ca-file");
  }
  std::error_code error;
  if (!fs::exists(ca_file, error)) {
    return fail(ErrorCode::kNotFound, fmt::format("--ca-file {}: no such file", ca_file.string()));
  }
  if (!add_file(trust.get(), ca_file)) {
    return fail(ErrorCode::kParse, fmt::format("--ca-file {}: no PEM certificate in it", ca_file.string()));
  }
  return trust;
}

}  // namespace meetlat
