// What the TLS probe says of chains, timestamps, staples and tickets.
#include <gmock/gmock.h>

#include "probe_test.h"

namespace meetlat::test {
namespace {

using ::testing::HasSubstr;
using Status = SctInfo::Status;

// Runs the probe on a good handshake that was changed in one thing.
Evidence probed(const std::function<void(TlsHandshake&)>& change) {
  Instance instance;
  TlsHandshake tls = good_handshake("meet.example.test", instance.net.clock.now());
  change(tls);
  instance.net.tls("meet.example.test", tls);
  return instance.run({"tls"});
}

std::string reason_of(const Evidence& evidence, std::string_view path) {
  const auto found = evidence.find(path);
  return found.empty() || found.front().measured() ? std::string() : found.front().value.error().context;
}

TEST(TlsChainFacts, AGoodHandshakeHasThemAll) {
  const Evidence evidence = probed([](TlsHandshake&) {});
  EXPECT_EQ(shown(evidence, "tls.chain.anchor"), "known root");
  EXPECT_EQ(shown(evidence, "tls.chain.missing_issuer"), "");
  EXPECT_EQ(shown(evidence, "tls.chain.ordered"), "true");
  EXPECT_EQ(shown(evidence, "tls.chain.key_strength"), "128");
  EXPECT_EQ(shown(evidence, "tls.chain.weakest_key"), "EC P-256 of CN=meet.example.test");
  EXPECT_EQ(shown(evidence, "tls.chain.days_left"), "60");
  EXPECT_EQ(shown(evidence, "tls.certificate.validation"), "DV");
  EXPECT_EQ(shown(evidence, "tls.certificate.lifetime_excess"), "0");
  EXPECT_EQ(shown(evidence, "tls.sct.operators"), "Candle | Lantern");
  EXPECT_EQ(shown(evidence, "tls.sct.operator_count"), "2");
  EXPECT_EQ(shown(evidence, "tls.sct.invalid"), "0");
  EXPECT_EQ(shown(evidence, "tls.staple.status"), "none");
  EXPECT_EQ(shown(evidence, "tls.session.tickets"), "true");
  EXPECT_EQ(shown(evidence, "tls.session.ticket_lifetime"), "7200");
  EXPECT_EQ(shown(evidence, "tls.session.early_data"), "false");
}

TEST(TlsChainFacts, WhatATransportDoesNotShowIsNotMeasured) {
  const Evidence evidence = probed([](TlsHandshake& tls) {
    tls.links.reset();
    tls.scts.reset();
    tls.staple.reset();
    tls.tickets.reset();
  });
  EXPECT_EQ(shown(evidence, "tls.chain.anchor"), "<not-attempted>");
  EXPECT_EQ(shown(evidence, "tls.chain.key_strength"), "<not-attempted>");
  EXPECT_EQ(shown(evidence, "tls.sct.operator_count"), "<not-attempted>");
  EXPECT_EQ(shown(evidence, "tls.staple.status"), "<not-attempted>");
  EXPECT_EQ(shown(evidence, "tls.session.early_data"), "<not-understood>");
}

TEST(TlsChainFacts, LifetimesAreCountedAsTheBaselineRequirementsDo) {
  struct Case {
    const char* from;
    const char* until;
    const char* days;
    const char* excess;
  };
  const Case cases[] = {
      {"2026-03-14T00:00:00Z", "2027-04-15T23:59:59Z", "398", "0"},
      {"2026-03-14T00:00:00Z", "2027-04-16T00:00:00Z", "399", "1"},
      {"2026-03-15T00:00:00Z", "2026-09-30T23:59:59Z", "200", "0"},
      {"2026-03-15T00:00:00Z", "2026-10-01T00:00:00Z", "201", "1"},
      {"2026-08-01T00:00:00Z", "2026-10-29T23:59:59Z", "90", "0"},
      {"2027-03-15T00:00:00Z", "2027-06-22T23:59:59Z", "100", "0"},
      {"2029-03-15T00:00:00Z", "2029-05-01T00:00:00Z", "48", "1"},
      {"2020-08-31T00:00:00Z", "2022-12-03T23:59:59Z", "825", "0"},
  };
  for (const Case& one : cases) {
    const Evidence evidence = probed([&](TlsHandshake& tls) {
      tls.chain[0].not_before = *parse_instant(one.from);
      tls.chain[0].not_after = *parse_instant(one.until);
    });
    EXPECT_EQ(shown(evidence, "tls.certificate.lifetime_days"), one.days) << one.from;
    EXPECT_EQ(shown(evidence, "tls.certificate.lifetime_excess"), one.excess) << one.from;
  }
}

TEST(TlsChainFacts, OperatorsAreCountedOnlyWhenNothingIsOpen) {
  struct Case {
    const char* name;
    std::function<void(SctReport&)> change;
    const char* count;
  };
  const Case cases[] = {
      {"two operators", [](SctReport&) {}, "2"},
      {"one operator", [](SctReport& r) { r.all[1].log_operator = "Lantern"; }, "1"},
      {"none", [](SctReport& r) { r.all.clear(); }, "0"},
      {"a log that browsers refuse", [](SctReport& r) { r.all[1].accepted = false; }, "1"},
      {"an invalid one", [](SctReport& r) { r.all[1].status = Status::kInvalid; }, "1"},
      {"an unknown log", [](SctReport& r) { r.all[1].status = Status::kUnknownLog; }, "<not-understood>"},
      {"no issuer", [](SctReport& r) { r.all[1].status = Status::kUnchecked; }, "<not-understood>"},
      {"a later version", [](SctReport& r) { r.all[1].status = Status::kUnsupported; }, "<not-understood>"},
      {"an unknown log too many",
       [](SctReport& r) {
         r.all.push_back(r.all[1]);
         r.all.back().status = Status::kUnknownLog;
       },
       "2"},
      {"unreadable",
       [](SctReport& r) {
         r.all.clear();
         r.malformed = "in the certificate";
       },
       "<not-understood>"},
      {"an old table", [](SctReport& r) { r.no_table = "too old"; }, "<data-too-old>"},
      {"more than is looked at",
       [](SctReport& r) {
         r.all.pop_back();
         r.left_out = 5;
       },
       "<not-understood>"},
  };
  for (const Case& one : cases) {
    const Evidence evidence = probed([&](TlsHandshake& tls) { one.change(*tls.scts); });
    EXPECT_EQ(shown(evidence, "tls.sct.operator_count"), one.count) << one.name;
  }
}

TEST(TlsChainFacts, AStapleThatNobodyCanCheckIsNotCalledInvalid) {
  const Evidence unchecked = probed([](TlsHandshake& tls) {
    tls.staple->status = StapleInfo::Status::kUnchecked;
    tls.staple->reason = "the issuer's certificate was not sent and is not known";
  });
  EXPECT_EQ(shown(unchecked, "tls.staple.status"), "<not-understood>");
  EXPECT_THAT(reason_of(unchecked, "tls.staple.status"), HasSubstr("issuer"));

  const Evidence revoked = probed([](TlsHandshake& tls) {
    tls.staple->status = StapleInfo::Status::kRevoked;
    tls.staple->reason = "revoked on 2026-11-01";
  });
  EXPECT_EQ(shown(revoked, "tls.staple.status"), "revoked");
  EXPECT_EQ(shown(revoked, "tls.staple.reason"), "revoked on 2026-11-01");
}

TEST(TlsChainFacts, TheWeakestLinkIsNamedAndARootsOwnSignatureDoesNotCount) {
  const Evidence evidence = probed([](TlsHandshake& tls) {
    CertificateInfo middle = tls.chain[0];
    middle.subject = "CN=Middle";
    middle.signature = "sha1WithRSAEncryption";
    middle.signature_strength = 63;
    middle.key_type = "RSA";
    middle.key_bits = 2048;
    middle.key_strength = 112;
    CertificateInfo root = middle;
    root.subject = "CN=Root";
    root.self_signed = true;
    root.signature_strength = 39;
    tls.links->path = {tls.chain[0], middle, root};
  });
  EXPECT_EQ(shown(evidence, "tls.chain.weakest_key"), "RSA 2048 of CN=Middle");
  EXPECT_EQ(shown(evidence, "tls.chain.key_strength"), "112");
  EXPECT_EQ(shown(evidence, "tls.chain.weakest_signature"), "sha1WithRSAEncryption of CN=Middle");
  EXPECT_EQ(shown(evidence, "tls.chain.signature_strength"), "63");

  const Evidence alone = probed([](TlsHandshake& tls) {
    tls.chain[0].self_signed = true;
    tls.links->path = tls.chain;
  });
  EXPECT_EQ(shown(alone, "tls.chain.signature_strength"), "<not-attempted>");
}

}  // namespace
}  // namespace meetlat::test
