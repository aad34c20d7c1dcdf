// dns, tls, http.
#include "probe_test.h"

namespace meetlat::test {
namespace {

TEST(DnsProbe, ListsBothFamiliesAndTellsNoneFromUnknown) {
  Instance instance;
  instance.net.host("meet.example.test", {"192.0.2.7", "192.0.2.1"});
  instance.run({"dns"});
  EXPECT_EQ(shown(instance.evidence, "dns.ipv4"), "192.0.2.1 | 192.0.2.7");
  EXPECT_EQ(shown(instance.evidence, "dns.ipv6"), "");
  EXPECT_EQ(shown(instance.evidence, "dns.status"), "ok");
  EXPECT_EQ(instance.evidence.find("dns.ipv4").front().subject, Subject::host("meet.example.test"));

  Instance unknown;
  unknown.net.host_fails("meet.example.test", ErrorCode::kResolverFailed);
  unknown.run({"dns"});
  EXPECT_EQ(shown(unknown.evidence, "dns.ipv6"), "<resolver-failed>");
  EXPECT_EQ(shown(unknown.evidence, "dns.status"), "<resolver-failed>");
}

TEST(TlsProbe, WritesWhatWasAgreedAndTheCertificate) {
  Instance instance;
  instance.run({"tls"});
  const Evidence& evidence = instance.evidence;
  EXPECT_EQ(evidence.find("tls.version").front().subject, Subject::address("192.0.2.1:443"));
  EXPECT_EQ(shown(evidence, "tls.version"), "TLSv1.3");
  EXPECT_EQ(shown(evidence, "tls.certificate.key"), "EC P-256");
  EXPECT_EQ(shown(evidence, "tls.certificate.days_left"), "60");
  EXPECT_EQ(shown(evidence, "tls.certificate.trusted"), "true");
  EXPECT_EQ(shown(evidence, "tls.certificate.trust_error"), "");
  EXPECT_EQ(shown(evidence, "tls.recheck.trusted"), "<not-attempted>");
  EXPECT_FALSE(find_probe("tls")->wants_recheck(evidence));
}

TEST(TlsProbe, WantsASecondLookAtAnUntrustedCertificateAndReplacesItsPlaceholder) {
  Instance instance;
  TlsHandshake bad = good_handshake("meet.example.test", instance.net.clock.now());
  bad.trusted = false;
  bad.trust_error = "certificate has expired";
  instance.net.tls("meet.example.test", bad);
  instance.run({"tls"});
  const Probe& probe = *find_probe("tls");
  EXPECT_TRUE(probe.wants_recheck(instance.evidence));
  const auto again = instance.net.session(instance.target());
  probe.recheck(instance.target(), *again, instance.evidence);
  ASSERT_EQ(instance.evidence.find("tls.recheck.trusted").size(), 1U);
  EXPECT_EQ(shown(instance.evidence, "tls.recheck.trusted"), "false");
  EXPECT_EQ(shown(instance.evidence, "tls.recheck.legacy_only"), "false");
}

TEST(TlsProbe, WantsASecondLookAtARevokedCertificateWhichNoStapleDoesNotClear) {
  using Status = StapleInfo::Status;
  const auto second_look = [](std::optional<Status> status) {
    Instance instance;
    TlsHandshake tls = good_handshake("meet.example.test", instance.net.clock.now());
    tls.staple->status = Status::kRevoked;
    instance.net.tls("meet.example.test", tls);
    instance.run({"tls"});
    EXPECT_TRUE(find_probe("tls")->wants_recheck(instance.evidence));
    if (status) tls.staple->status = *status;
    if (!status) tls.staple.reset();
    instance.net.tls("meet.example.test", tls);
    const auto again = instance.net.session(instance.target());
    find_probe("tls")->recheck(instance.target(), *again, instance.evidence);
    return shown(instance.evidence, "tls.recheck.revoked");
  };
  EXPECT_EQ(second_look(Status::kRevoked), "true");
  EXPECT_EQ(second_look(Status::kGood), "false");
  EXPECT_EQ(second_look(Status::kNone), "<not-understood>");
  EXPECT_EQ(second_look(Status::kInvalid), "<not-understood>");
  EXPECT_EQ(second_look(std::nullopt), "<not-understood>");
}

TEST(TlsProbe, OtherServersAreNeverAskedByHttp) {
  FakeNet net;
  net.host("chat.example.test");
  const Target target = *parse_server("xmpp://chat.example.test");
  const auto session = net.session(target);
  EXPECT_EQ(session->get(target.base).error().code, ErrorCode::kNotAttempted);
  EXPECT_EQ(session->websocket(target.base, {}).error().code, ErrorCode::kNotAttempted);
  EXPECT_EQ(session->landing().error().code, ErrorCode::kNotAttempted);
}

TEST(TlsProbe, WantsASecondLookAtOldProtocolsButNotAtAFailure) {
  Instance old;
  TlsHandshake legacy = good_handshake("meet.example.test", old.net.clock.now());
  legacy.version = "TLSv1";
  legacy.legacy_only = true;
  old.net.tls("meet.example.test", legacy);
  old.run({"tls"});
  EXPECT_TRUE(find_probe("tls")->wants_recheck(old.evidence));

  Instance silent;
  silent.net.tls("meet.example.test", fail(ErrorCode::kTimedOut, "scripted"));
  silent.run({"tls"});
  EXPECT_EQ(shown(silent.evidence, "tls.certificate.trusted"), "<timed-out>");
  EXPECT_FALSE(find_probe("tls")->wants_recheck(silent.evidence));
}

struct HstsCase {
  const char* header;
  const char* max_age;
  const char* subdomains;
};

TEST(HttpProbe, ReadsHstsAsBrowsersDo) {
  const HstsCase cases[] = {
      {"max-age=63072000", "63072000", "false"},
      {"max-age=31536000; includeSubDomains; preload", "31536000", "true"},
      {"MAX-AGE=\"300\" ;includesubdomains", "300", "true"},
      {"max-age=0; includeSubDomains", "0", "false"},
      {"includeSubDomains", "0", "false"},
      {"max-age=abc", "0", "false"},
      {"max-age=-5", "0", "false"},
      {"max-age=100;max-age=63072000", "0", "false"},
      {"max-age=63072000; includeSubDomains; IncludeSubdomains", "0", "false"},
      {"", "0", "false"},
  };
  for (const HstsCase& one : cases) {
    Instance instance;
    instance.net.answer("https://meet.example.test/",
                        with_header(ok(index_html()), "strict-transport-security", one.header));
    instance.run({"http"});
    EXPECT_EQ(shown(instance.evidence, "http.hsts.max_age"), one.max_age) << one.header;
    EXPECT_EQ(shown(instance.evidence, "http.hsts.include_subdomains"), one.subdomains) << one.header;
  }
}

TEST(HttpProbe, NeverStoresCookieValues) {
  Instance instance;
  HttpAnswer answer = with_header(ok(index_html()), "set-cookie", "sid=s3cr3t; Path=/; Secure; HttpOnly; SameSite=Lax");
  answer = with_header(answer, "set-cookie", "track=0123456789abcdef; Max-Age=3600");
  instance.net.answer("https://meet.example.test/", answer);
  instance.run({"http"});
  EXPECT_EQ(shown(instance.evidence, "http.cookies"), "sid; Secure; HttpOnly; SameSite=Lax | track; Max-Age=3600");
  EXPECT_EQ(shown(instance.evidence, "http.cookies.insecure"), "track");
  EXPECT_EQ(shown(instance.evidence, "http.cookies.longest_days"), "1");
  EXPECT_EQ(shown(instance.evidence, "http.cookies.longest"), "track");
  for (const Fact& fact : instance.evidence.all()) {
    const std::string all = fact.provenance.excerpt + (fact.measured() ? to_string(*fact.value) : "");
    EXPECT_EQ(all.find("s3cr3t"), std::string::npos) << fact.path;
    EXPECT_EQ(all.find("0123456789abcdef"), std::string::npos) << fact.path;
  }
}

TEST(HttpProbe, CountsNoCookieThatIsTakenBack) {
  Instance instance;
  HttpAnswer answer = with_header(ok(index_html()), "set-cookie", "gone=; Max-Age=0");
  answer = with_header(answer, "set-cookie", "old=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  answer = with_header(answer, "set-cookie", "kept=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60");
  instance.net.answer("https://meet.example.test/", answer);
  instance.run({"http"});
  EXPECT_EQ(shown(instance.evidence, "http.cookies.insecure"), "kept");
}

TEST(HttpProbe, TakesNoHeaderOfAnErrorPageForMissing) {
  Instance instance;
  instance.net.answer("https://meet.example.test/", status_answer(400));
  instance.run({"http"});
  for (const char* path : {"http.hsts.max_age", "http.nosniff", "http.csp", "http.cookies.insecure"}) {
    EXPECT_EQ(shown(instance.evidence, path), "<http-status>") << path;
  }
  EXPECT_EQ(shown(instance.evidence, "http.status"), "400");
}

TEST(HttpProbe, ReadsTheFirstOfSeveralContentTypeOptions) {
  for (const auto& [value, word] :
       {std::pair{"nosniff", "true"}, {"NoSniff , x", "true"}, {"sniff, nosniff", "false"}}) {
    Instance instance;
    instance.net.answer("https://meet.example.test/", with_header(ok(index_html()), "x-content-type-options", value));
    instance.run({"http"});
    EXPECT_EQ(shown(instance.evidence, "http.nosniff"), word) << value;
  }
}

TEST(HttpProbe, TellsWhatPlainHttpDoes) {
  const std::string plain = "http://meet.example.test/";
  struct Case {
    const char* name;
    std::function<void(FakeNet&)> script;
    const char* status;
    const char* redirects;
  };
  const Case cases[] = {
      {"to https", [&](FakeNet& n) { n.answer(plain, redirect("https://meet.example.test/")); }, "redirects-to-https",
       "true"},
      {"by www",
       [&](FakeNet& n) {
         n.host("www.meet.example.test");
         n.answer(plain, redirect("http://www.meet.example.test/"));
         n.answer("http://www.meet.example.test/", redirect("https://www.meet.example.test/"));
       },
       "redirects-to-https", "true"},
      {"page", [&](FakeNet& n) { n.page(plain, "<html>hello</html>"); }, "serves-page", "false"},
      {"elsewhere", [&](FakeNet& n) { n.answer(plain, redirect("http://other.test/")); }, "elsewhere", "false"},
      {"elsewhere by https", [&](FakeNet& n) { n.answer(plain, redirect("https://other.test/")); },
       "redirects-to-https", "true"},
      {"by two more",
       [&](FakeNet& n) {
         n.host("www.meet.example.test");
         n.answer(plain, redirect("http://www.meet.example.test/"));
         n.answer("http://www.meet.example.test/", redirect("http://www.meet.example.test/de/"));
       },
       "error", "<http-status>"},
      {"round in a circle",
       [&](FakeNet& n) {
         n.answer(plain, redirect("http://meet.example.test/a"));
         n.answer("http://meet.example.test/a", redirect("http://meet.example.test/a"));
       },
       "loops", "false"},
      {"refused", [&](FakeNet& n) { n.fail_url(plain, ErrorCode::kConnectionRefused); }, "refused",
       "<connection-refused>"},
      {"reset", [&](FakeNet& n) { n.fail_url(plain, ErrorCode::kConnectionReset); }, "error", "<connection-reset>"},
      {"no answer", [&](FakeNet& n) { n.fail_url(plain, ErrorCode::kTimedOut); }, "<timed-out>", "<timed-out>"},
      {"404", [&](FakeNet& n) { n.answer(plain, status_answer(404)); }, "error", "<http-status>"},
  };
  for (const Case& one : cases) {
    Instance instance;
    instance.landing(index_html());
    one.script(instance.net);
    instance.run({"http"});
    EXPECT_EQ(shown(instance.evidence, "http.plain.status"), one.status) << one.name;
    EXPECT_EQ(shown(instance.evidence, "http.redirects_to_https"), one.redirects) << one.name;
    EXPECT_EQ(instance.evidence.find("http.plain.status").front().subject, Subject::origin("http://meet.example.test"));
  }
}

TEST(HttpProbe, TellsIntermediariesByHeadersOnly) {
  Instance behind;
  behind.net.answer("https://meet.example.test/", with_header(ok(index_html()), "cf-ray", "8f-AMS"));
  behind.run({"http"});
  EXPECT_EQ(shown(behind.evidence, "http.intermediary"), "Cloudflare");
  EXPECT_EQ(shown(behind.evidence, "http.challenge"), "");

  Instance direct;
  direct.net.answer(
      "https://meet.example.test/",
      with_header(ok("<html><p>We do not use Cloudflare, Fastly or Akamai.</p></html>"), "server", "nginx"));
  direct.run({"http"});
  EXPECT_EQ(shown(direct.evidence, "http.intermediary"), "");
  EXPECT_EQ(shown(direct.evidence, "http.server"), "nginx");
}

TEST(HttpProbe, TellsABotWallFromASiteThatItsScriptSitsIn) {
  Instance wall;
  wall.net.answer("https://meet.example.test/",
                  with_header(status_answer(403,
                                            "<html><title>Just a moment...</title>"
                                            "<script src='/cdn-cgi/challenge-platform/x.js'></script></html>"),
                              "cf-mitigated", "challenge"));
  wall.run({"http", "jitsi", "e2ee", "policy"});
  EXPECT_EQ(shown(wall.evidence, "http.challenge"), "Cloudflare challenge");
  EXPECT_EQ(shown(wall.evidence, "jitsi.present"), "<challenged>");
  EXPECT_EQ(shown(wall.evidence, "e2ee.verdict"), "<challenged>");
  EXPECT_EQ(shown(wall.evidence, "policy.verdict"), "<challenged>");
  EXPECT_EQ(shown(wall.evidence, "policy.own"), "<challenged>");
  EXPECT_EQ(shown(wall.evidence, "policy.search.complete"), "false");

  Instance site;
  site.stock("", "9268", "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>");
  site.run({"http", "jitsi"});
  EXPECT_EQ(shown(site.evidence, "http.challenge"), "");
  EXPECT_EQ(shown(site.evidence, "jitsi.present"), "true");
}

TEST(HttpProbe, TellsParkedDomains) {
  Instance parked;
  parked.landing(
      "<html><title>example.test</title><script src='https://www.google.com/adsense/domains/caf.js'></script>");
  parked.run({"http", "jitsi"});
  EXPECT_EQ(shown(parked.evidence, "http.parked"), "true");
  EXPECT_EQ(shown(parked.evidence, "jitsi.present"), "false");

  Instance alive;
  alive.stock();
  alive.run({"http"});
  EXPECT_EQ(shown(alive.evidence, "http.parked"), "false");
}

TEST(HttpProbe, CreditsNoHeadersOfAnotherDomain) {
  Instance moved;
  moved.net.host("other.test");
  moved.net.answer("https://meet.example.test/", redirect("https://other.test/new"));
  moved.net.answer("https://other.test/new",
                   with_header(ok("<html>new</html>"), "strict-transport-security", "max-age=63072000"));
  moved.run({"http"});
  EXPECT_EQ(shown(moved.evidence, "http.moved_to"), "https://other.test/new");
  EXPECT_EQ(shown(moved.evidence, "http.hsts.max_age"), "<not-attempted>");

  Instance www;
  www.net.host("www.meet.example.test");
  www.net.answer("https://meet.example.test/", redirect("https://www.meet.example.test/"));
  www.net.page("https://www.meet.example.test/", index_html());
  www.run({"http"});
  EXPECT_EQ(shown(www.evidence, "http.moved_to"), "");
  EXPECT_EQ(shown(www.evidence, "http.final_url"), "https://www.meet.example.test/");
}

}  // namespace
}  // namespace meetlat::test
