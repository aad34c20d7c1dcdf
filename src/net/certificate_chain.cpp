#include "net/certificate_chain.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>

namespace meetlat {

namespace {

constexpr int kMaxChain = 12;

std::vector<X509*> members(const STACK_OF(X509) * stack) {
  std::vector<X509*> all;
  all.reserve(kMaxChain);
  const int count = stack == nullptr ? 0 : std::min(sk_X509_num(stack), kMaxChain);
  for (int i = 0; i < count; ++i) all.push_back(sk_X509_value(stack, i));
  return all;
}

bool issued(X509* issuer, X509* subject) {
  return X509_check_issued(issuer, subject) == X509_V_OK;
}

// Not by its names alone: what is said of timestamps and staples hangs on this key.
bool signed_by(X509* subject, X509* issuer) {
  return issued(issuer, subject) && X509_verify(subject, X509_get0_pubkey(issuer)) == 1;
}

// Which of `sent` lie on some path that begins at the leaf; the first of equal ones only.
std::vector<bool> reachable(const std::vector<X509*>& sent) {
  std::vector<bool> reached(sent.size(), false);
  reached[0] = true;
  for (bool more = true; more;) {
    more = false;
    for (std::size_t candidate = 1; candidate < sent.size(); ++candidate) {
      if (reached[candidate]) continue;
      bool wanted = false;
      bool repeated = false;
      for (std::size_t known = 0; known < sent.size(); ++known) {
        if (!reached[known]) continue;
        wanted = wanted || issued(sent[candidate], sent[known]);
        repeated = repeated || X509_cmp(sent[candidate], sent[known]) == 0;
      }
      if (wanted && !repeated) reached[candidate] = more = true;
    }
  }
  return reached;
}

void find_anchor(const std::vector<ChainProblem>& problems, const std::vector<X509*>& path, ChainInfo& info) {
  if (path.empty()) return;
  info.anchor = ChainInfo::Anchor::kKnownRoot;
  for (const ChainProblem& problem : problems) {
    switch (problem.code) {
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        info.anchor = ChainInfo::Anchor::kSelfSigned;
        return;
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        info.anchor = ChainInfo::Anchor::kUnknownRoot;
        return;
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        info.anchor = ChainInfo::Anchor::kNotSent;
        info.missing_issuer = describe_certificate(path.back()).issuer;
        return;
      case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      case X509_V_ERR_OUT_OF_MEM:
      case X509_V_ERR_UNSPECIFIED:
        info.anchor = ChainInfo::Anchor::kUnclear;
        return;
      default:
        break;
    }
  }
}

}  // namespace

ChainInfo describe_links(const STACK_OF(X509) * sent_stack, const STACK_OF(X509) * path_stack,
                         const std::vector<ChainProblem>& problems) {
  ChainInfo info;
  const std::vector<X509*> sent = members(sent_stack);
  const std::vector<X509*> path = members(path_stack);
  if (sent.empty()) return info;
  const std::vector<bool> reached = reachable(sent);
  X509* previous = sent[0];
  for (std::size_t i = 1; i < sent.size(); ++i) {
    if (!reached[i]) {
      info.superfluous.push_back(describe_certificate(sent[i]).subject);
      continue;
    }
    info.ordered = info.ordered && issued(sent[i], previous);
    info.root_sent = info.root_sent || X509_self_signed(sent[i], 0) == 1;
    previous = sent[i];
  }
  find_anchor(problems, path, info);
  for (X509* certificate : path) info.path.push_back(describe_certificate(certificate));
  return info;
}

X509* issuer_of_leaf(const STACK_OF(X509) * sent_stack, const STACK_OF(X509) * path_stack) {
  const std::vector<X509*> sent = members(sent_stack);
  const std::vector<X509*> path = members(path_stack);
  if (sent.empty()) return nullptr;
  if (path.size() > 1 && signed_by(sent[0], path[1])) return path[1];
  ERR_clear_error();
  const auto found = std::find_if(sent.begin() + 1, sent.end(), [&](X509* x) { return signed_by(sent[0], x); });
  return found == sent.end() ? nullptr : *found;
}

}  // namespace meetlat
