// Is end-to-end encryption offered? By content and version, never by a status.
#include "probe_test.h"
#include "probes/csp.h"

namespace meetlat::test {
namespace {

struct VerdictCase {
  const char* name;
  const char* version;
  const char* members;
  const char* verdict;
  const char* offered;
};

TEST(E2eeProbe, JudgesByVersionAndSettings) {
  const VerdictCase cases[] = {
      {"stock", "9268", "", "available", "true"},
      {"newer than the table", "9300", "", "available", "true"},
      {"first with the format", "4985", "", "available", "true"},
      {"before the format", "4900", "", "available-outdated-format", "true"},
      {"one file, old format", "4074", "", "available-outdated-format", "true"},
      {"before it existed", "3992", "", "not-supported", "false"},
      {"disabled", "9268", "e2ee: {disabled: true}", "disabled", "false"},
      {"the key was ignored then", "8206", "e2ee: {disabled: true}", "available", "true"},
      {"between", "8220", "e2ee: {disabled: true}", "<not-understood>", "<not-understood>"},
      {"disabled for testing", "8206", "testing: {disableE2EE: true}", "disabled", "false"},
      {"unknown switch", "9268", "e2ee: {disabled: f()}", "<not-understood>", "<not-understood>"},
      {"external key", "9268", "e2ee: {externallyManagedKey: true}", "external-key-only", "false"},
      {"hidden", "9268", "toolbarButtons: ['camera', 'hangup']", "hidden", "true"},
      {"not hidden", "9268", "toolbarButtons: ['camera', 'security']", "available", "true"},
      {"old button is no button now", "9268", "toolbarButtons: ['camera', 'e2ee']", "hidden", "true"},
      {"unknown buttons", "9268", "toolbarButtons: f()", "<not-understood>", "true"},
      {"unknown version", "139", "", "<not-understood>", "true"},
  };
  for (const VerdictCase& one : cases) {
    Instance instance;
    instance.stock(one.members, one.version).run({"e2ee"});
    EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), one.verdict) << one.name;
    EXPECT_EQ(shown(instance.evidence, "e2ee.offered"), one.offered) << one.name;
  }
}

TEST(E2eeProbe, KnowsWhatEachReleaseBrought) {
  struct Case {
    const char* version;
    const char* fail_closed;
    const char* sas;
  };
  const Case cases[] = {
      {"9268", "true", "true"},
      {"6854", "true", "true"},              // 8138
      {"6776", "true", "false"},             // 8044
      {"6800", "true", "<not-understood>"},  // between the two
      {"6600", "true", "false"},             // 7830
      {"6447", "false", "false"},            // 7648
      {"6500", "<not-understood>", "false"},
      {"139", "<not-understood>", "<not-understood>"},
  };
  for (const Case& one : cases) {
    Instance instance;
    instance.stock("", one.version).run({"e2ee"});
    EXPECT_EQ(shown(instance.evidence, "e2ee.fail_closed"), one.fail_closed) << one.version;
    EXPECT_EQ(shown(instance.evidence, "e2ee.sas_verification"), one.sas) << one.version;
  }
}

TEST(E2eeProbe, SaysWhetherOtherBrowsersAreServedToo) {
  Instance with;
  with.stock("enableEncodedTransformSupport: true").run({"e2ee"});
  EXPECT_EQ(shown(with.evidence, "e2ee.encoded_transform"), "true");
  Instance without;
  without.stock().run({"e2ee"});
  EXPECT_EQ(shown(without.evidence, "e2ee.encoded_transform"), "false");
  Instance unknown;
  unknown.stock("enableEncodedTransformSupport: f()").run({"e2ee"});
  EXPECT_EQ(shown(unknown.evidence, "e2ee.encoded_transform"), "<not-understood>");
}

TEST(E2eeProbe, TakesHtmlForEverythingAsMissingFiles) {
  Instance instance;
  instance.landing(index_html("9268", config_js()));
  instance.net.otherwise(ok(index_html("9268", config_js())));
  instance.run({"e2ee"});
  EXPECT_EQ(shown(instance.evidence, "e2ee.worker"), "false");
  EXPECT_EQ(shown(instance.evidence, "e2ee.olm"), "false");
  EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), "not-supported");
}

TEST(E2eeProbe, NeedsRealFiles) {
  struct Case {
    const char* what;
    std::function<void(FakeNet&)> script;
    const char* verdict;
  };
  const std::string worker = "https://meet.example.test/libs/lib-jitsi-meet.e2ee-worker.js";
  const std::string olm = "https://meet.example.test/libs/olm.wasm";
  const Case cases[] = {
      {"no worker", [&](FakeNet& n) { n.answer(worker, status_answer(404)); }, "not-supported"},
      {"JSON error", [&](FakeNet& n) { n.page(worker, "{\"error\": \"function not found\"}"); }, "not-supported"},
      {"empty worker", [&](FakeNet& n) { n.page(worker, ""); }, "not-supported"},
      {"no answer", [&](FakeNet& n) { n.fail_url(worker, ErrorCode::kTimedOut); }, "<timed-out>"},
      {"refused", [&](FakeNet& n) { n.answer(worker, status_answer(403)); }, "<http-status>"},
      {"olm missing", [&](FakeNet& n) { n.answer(olm, status_answer(404)); }, "not-supported"},
      {"olm is text", [&](FakeNet& n) { n.page(olm, "asm"); }, "not-supported"},
  };
  for (const Case& one : cases) {
    Instance instance;
    one.script(instance.net);  // comes before the stock answers of that URL would be given
    if (instance.net.urls().empty()) instance.landing(index_html("9268", config_js()));
    if (std::string_view(one.what).starts_with("olm")) {
      instance.net.page(worker, kWorker, "application/javascript");
    } else {
      instance.net.page(olm, std::string("\0asm\1\0\0\0", 8), "application/wasm");
    }
    instance.run({"e2ee"});
    EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), one.verdict) << one.what;
  }
}

TEST(E2eeProbe, DoesNotKnowWhichFilesNewerClientsNeed) {
  Instance instance;
  instance.landing(index_html("9300", config_js()));
  instance.net.page("https://meet.example.test/libs/lib-jitsi-meet.e2ee-worker.js", kWorker, "application/javascript");
  instance.run({"e2ee"});
  EXPECT_EQ(shown(instance.evidence, "e2ee.olm"), "false");
  EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), "<data-too-old>");
  EXPECT_EQ(shown(instance.evidence, "e2ee.offered"), "<data-too-old>");
}

TEST(E2eeProbe, TakesABotWallForNoFile) {
  Instance instance;
  instance.landing(index_html("9268", config_js()));
  instance.net.page(instance.at("libs/olm.wasm"), std::string("\0asm\1\0\0\0", 8), "application/wasm");
  instance.net.page(instance.at("libs/lib-jitsi-meet.e2ee-worker.js"),
                    "<!doctype html><html><script id='anubis_challenge'></script></html>");
  instance.run({"e2ee"});
  EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), "<challenged>");
}

TEST(E2eeProbe, DoesNotNeedOlmWithAKeyFromOutside) {
  Instance instance;
  instance.landing(index_html("9268", config_js("e2ee: {externallyManagedKey: true}")));
  instance.net.page("https://meet.example.test/libs/lib-jitsi-meet.e2ee-worker.js", kWorker, "application/javascript");
  instance.run({"e2ee"});
  EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), "external-key-only");
}

TEST(E2eeProbe, AsksForNoWorkerThatIsInsideTheLibrary) {
  Instance instance;
  instance.landing(index_html("4370", config_js())).run({"e2ee"});
  EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), "available-outdated-format");
  EXPECT_EQ(shown(instance.evidence, "e2ee.worker"), "<not-attempted>");
  EXPECT_EQ(instance.net.count("https://meet.example.test/libs/lib-jitsi-meet.e2ee-worker.js"), 0);
}

TEST(E2eeProbe, SeesAPolicyThatBlocksTheWorker) {
  Instance instance;
  instance.net.answer("https://meet.example.test/",
                      with_header(ok(index_html("9268", config_js())), "content-security-policy", "script-src 'self'"));
  instance.stock().run({"e2ee"});
  EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), "blocked-by-csp");
  EXPECT_EQ(shown(instance.evidence, "e2ee.offered"), "false");
}

TEST(E2eeProbe, SeesAPolicyInThePageToo) {
  Instance instance;
  instance.stock("", "9268", "<meta http-equiv=\"Content-Security-Policy\" content=\"worker-src 'self'\">")
      .run({"e2ee"});
  EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), "blocked-by-csp");
}

TEST(Csp, WorkersFromBlobsFollowTheGoverningDirective) {
  struct Case {
    const char* header;
    bool allowed;
  };
  const Case cases[] = {
      {"", true},
      {"frame-ancestors 'none'", true},
      {"default-src 'self'", false},
      {"default-src 'self' blob:", true},
      {"default-src 'self'; worker-src 'self' blob:", true},
      {"script-src 'self' blob:; worker-src 'self'", false},
      {"child-src blob:; script-src 'self'", true},
      {"default-src *", false},
      {"WORKER-SRC BLOB:", true},
      {"worker-src blob:; worker-src 'none'", true},
      {"worker-src blob:, default-src 'self'", false},
      {"script-src 'nonce-x' 'strict-dynamic'", true},
  };
  for (const Case& one : cases) EXPECT_EQ(probes::csp_allows_blob_worker(one.header), one.allowed) << one.header;
}

}  // namespace
}  // namespace meetlat::test
