#include "refserver/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>

#include "unit/refserver/tls_client.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;
using testing::get;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::tls_call;
using testing::TlsCall;
using testing::TlsReply;

std::vector<Persona> bundled() {
  auto loaded = load_personas(fs::path(MEETLAT_TOP_DIR) / "data" / "personas");
  EXPECT_TRUE(loaded) << loaded.error().context;
  return loaded ? std::move(*loaded) : std::vector<Persona>();
}

struct Output {
  int status = -1;
  std::string text;
};

// A foreign program and what it printed, both streams.
Output run(const std::string& command) {
  Output out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> room{};
  for (std::size_t n = 0; (n = fread(room.data(), 1, room.size(), pipe)) > 0;) out.text.append(room.data(), n);
  const int status = pclose(pipe);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

bool have(const std::string& program) {
  return std::system(("command -v " + program + " > /dev/null 2>&1").c_str()) == 0;
}

// One server with all personas on free ports for the whole program.
class Serving : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    signal(SIGPIPE, SIG_IGN);
    ServeOptions options;
    options.personas = bundled();
    options.https_port = 0;
    options.on_request = [](const ServedRequest& request) {
      const std::lock_guard lock(mutex);
      seen.push_back(request);
    };
    auto started = RefServer::start(std::move(options));
    ASSERT_TRUE(started) << describe(started.error());
    server = started->release();
    std::string pattern = (fs::temp_directory_path() / "serving-XXXXXX").string();
    folder = new fs::path(mkdtemp(pattern.data()));
    ASSERT_TRUE(server->write_files(*folder));
  }
  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
    if (folder != nullptr) fs::remove_all(*folder);
    delete folder;
    folder = nullptr;
  }
  void SetUp() override { ASSERT_NE(server, nullptr); }

  static std::string address_of(const std::string& id) {
    for (const auto& host : server->hosts()) {
      if (host.id == id) return host.address;
    }
    ADD_FAILURE() << "no host " << id;
    return {};
  }
  static TlsCall call_to(const std::string& id, const std::string& request = {}) {
    TlsCall call;
    call.address = address_of(id);
    call.port = server->https_port();
    call.sni = "meet." + id + ".test";
    call.ca_pem = server->ca_pem();
    call.request = request;
    return call;
  }
  static TlsReply page(const std::string& id, const std::string& path = "/") {
    return tls_call(call_to(id, get("meet." + id + ".test", path)));
  }
  static std::string curl(const std::string& host, const std::string& id, const std::string& path,
                          const std::string& more) {
    const auto port = std::to_string(server->https_port());
    return "curl -s --noproxy '*' -m 20 --cacert " + (*folder / "ca.pem").string() + " --resolve " + host + ":" + port +
           ":" + address_of(id) + " " + more + " https://" + host + ":" + port + path;
  }

  static RefServer* server;
  static fs::path* folder;
  static std::mutex mutex;
  static std::vector<ServedRequest> seen;
};
RefServer* Serving::server = nullptr;
fs::path* Serving::folder = nullptr;
std::mutex Serving::mutex;
std::vector<ServedRequest> Serving::seen;

TEST_F(Serving, WritesDownInWhichCountryEachAddressIsSupposedToBe) {
  std::ifstream in(*folder / "geo.txt");
  const std::string table((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_THAT(table, StartsWith("# Generated: 20"));
  for (const auto& host : server->hosts()) {
    EXPECT_THAT(table, ::testing::HasSubstr("\n" + host.address + "," + host.address + ",")) << host.id;
  }
}

TEST_F(Serving, GivesEveryPersonaAnAddressOfItsOwn) {
  std::set<std::string> addresses;
  for (const auto& host : server->hosts()) {
    EXPECT_THAT(host.address, StartsWith("127."));
    EXPECT_TRUE(addresses.insert(host.address).second) << host.address;
  }
}

TEST_F(Serving, ChoosesThePersonaBySniWhateverAddressWasDialled) {
  TlsCall call = call_to("google-stun", get("meet.google-stun.test", "/config.js"));
  call.address = address_of("exemplary");
  const TlsReply reply = tls_call(call);
  EXPECT_EQ(reply.verify, X509_V_OK);
  EXPECT_THAT(reply.bytes, HasSubstr("stun.l.google.com:19302' },\n"));
  EXPECT_THAT(reply.bytes, HasSubstr("urls: 'stun:stun1.l.google.com:19302'"));
  EXPECT_EQ(reply.alpn, "http/1.1");
}

TEST_F(Serving, FallsBackToThePersonaOfTheAddressWithoutSni) {
  TlsCall call = call_to("not-jitsi", "GET / HTTP/1.0\r\n\r\n");
  call.sni.clear();
  EXPECT_THAT(tls_call(call).bytes, HasSubstr("Garden wiki"));
}

TEST_F(Serving, ServesTheOperatorsSiteUnderItsOwnNames) {
  for (const char* const name : {"exemplary.test", "www.exemplary.test"}) {
    TlsCall call = call_to("exemplary", get(name, "/"));
    call.sni = name;
    const TlsReply reply = tls_call(call);
    EXPECT_EQ(reply.verify, X509_V_OK) << name;
    EXPECT_THAT(reply.bytes, HasSubstr("We run free services")) << name;
  }
}

TEST_F(Serving, ShowsTheKindsOfCertificates) {
  const std::map<std::string, long> expected = {
      {"exemplary", X509_V_OK},
      {"expiring-soon", X509_V_OK},
      {"expired", X509_V_ERR_CERT_HAS_EXPIRED},
      {"self-signed", X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT},
      {"wrong-name", X509_V_ERR_HOSTNAME_MISMATCH},
  };
  for (const auto& [id, verify] : expected) {
    const TlsReply reply = tls_call(call_to(id));
    EXPECT_TRUE(reply.handshake) << id;
    EXPECT_EQ(reply.verify, verify) << id;
  }
  EXPECT_EQ(tls_call(call_to("exemplary")).key_bits, 256);
  EXPECT_EQ(tls_call(call_to("short-key")).key_bits, 1024);
}

TEST_F(Serving, OffersTheVersionsAndCiphersOfThePersona) {
  EXPECT_EQ(tls_call(call_to("exemplary")).version, "TLSv1.3");
  EXPECT_EQ(tls_call(call_to("tls12-only")).version, "TLSv1.2");
  EXPECT_EQ(tls_call(call_to("rsa-key-exchange")).cipher, "AES128-GCM-SHA256");
  EXPECT_FALSE(tls_call(call_to("tls-legacy")).handshake);
  TlsCall old = call_to("tls-legacy", get("meet.tls-legacy.test", "/"));
  old.min_version = TLS1_VERSION;
  const TlsReply reply = tls_call(old);
  EXPECT_EQ(reply.version, "TLSv1.1");
  EXPECT_THAT(reply.bytes, HasSubstr("libs/app.bundle.min.js"));
  TlsCall too_old = call_to("exemplary");
  too_old.min_version = TLS1_VERSION;
  too_old.max_version = TLS1_1_VERSION;
  EXPECT_FALSE(tls_call(too_old).handshake);
}

TEST_F(Serving, DripsAndNeverFinishesAsASlowLoris) {
  TlsCall call = call_to("slow-loris", get("meet.slow-loris.test", "/"));
  call.timeout_s = 2;
  call.read_at_most = 2;
  const TlsReply reply = tls_call(call);
  EXPECT_TRUE(reply.handshake);
  EXPECT_LE(reply.bytes.size(), 2U);
  EXPECT_FALSE(reply.closed);
  EXPECT_THAT(std::string("HTTP/1.1"), StartsWith(reply.bytes));
}

TEST_F(Serving, PoursWithoutEndWhereThePersonaDoes) {
  for (const char* const id : {"endless-body", "header-flood"}) {
    const TlsReply reply = page(id);
    EXPECT_GE(reply.bytes.size(), std::size_t{1} << 20) << id;
    EXPECT_FALSE(reply.closed) << id;
  }
}

TEST_F(Serving, BreaksOffWhereThePersonaDoes) {
  EXPECT_THAT(page("truncated").bytes, HasSubstr("Content-Length: 100000"));
  EXPECT_LT(page("truncated").bytes.size(), 2000U);
  const TlsReply reset = page("reset");
  EXPECT_TRUE(reset.handshake);
  EXPECT_EQ(reset.bytes, "");
}

TEST_F(Serving, SurvivesBytesThatAreNoProtocol) {
  const std::string garbage(100'000, '\xff');
  for (const auto port : {server->https_port(), server->http_port()}) {
    const int fd = testing::dial(address_of("exemplary"), port, 5);
    ASSERT_GE(fd, 0);
    (void)send(fd, garbage.data(), garbage.size(), MSG_NOSIGNAL);
    close(fd);
  }
  EXPECT_THAT(tls_call(call_to("exemplary", "NONSENSE\r\n\r\n")).bytes, StartsWith("HTTP/1.1 400"));
  const std::string long_header = "X-Long: " + std::string(20'000, 'l') + "\r\n";
  EXPECT_THAT(tls_call(call_to("exemplary", get("meet.exemplary.test", "/", long_header))).bytes,
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(page("exemplary").bytes, StartsWith("HTTP/1.1 200"));
}

TEST_F(Serving, TellsWhatItAnswered) {
  (void)page("exemplary", "/noted?by=test");
  const std::lock_guard lock(mutex);
  const bool noted = std::any_of(seen.begin(), seen.end(), [](const ServedRequest& r) {
    return r.path == "/noted?by=test" && r.host == "meet.exemplary.test" && r.tls && r.status == 200;
  });
  EXPECT_TRUE(noted);
  EXPECT_GT(server->requests(), 0U);
}

TEST_F(Serving, WritesFilesThatNameEveryHost) {
  std::ifstream hosts(*folder / "hosts");
  std::stringstream text;
  text << hosts.rdbuf();
  EXPECT_THAT(text.str(),
              HasSubstr(address_of("exemplary") +
                        " meet.exemplary.test exemplary.test www.exemplary.test exemplary-elsewhere.test\n"));
  EXPECT_THAT(text.str(), Not(HasSubstr("::1 meet.ipv4-only.test")));
  EXPECT_TRUE(fs::exists(*folder / "ready.json"));
  const auto port = ":" + std::to_string(server->https_port()) + "/\n";
  EXPECT_THAT(server->list_text(), HasSubstr("https://meet.exemplary.test" + port));
}

TEST_F(Serving, IsUnderstoodByCurl) {
  if (!have("curl")) GTEST_SKIP() << "curl is not installed";
  const Output plain =
      run(curl("meet.exemplary.test", "exemplary", "/config.js", "-w '%{http_code} %{ssl_verify_result}'"));
  EXPECT_EQ(plain.status, 0) << plain.text;
  EXPECT_THAT(plain.text, HasSubstr("200 0"));
  // curl inflates what we compressed
  const Output packed = run(curl("meet.exemplary.test", "exemplary", "/config.js", "--compressed"));
  EXPECT_EQ(packed.text + "200 0", plain.text);
  const Output head = run(curl("meet.exemplary.test", "exemplary", "/", "--head"));
  EXPECT_THAT(head.text, HasSubstr("Strict-Transport-Security: max-age=63072000"));
  EXPECT_EQ(run(curl("meet.expired.test", "expired", "/", "")).status, 60);
  EXPECT_EQ(run(curl("meet.wrong-name.test", "wrong-name", "/", "")).status, 60);
  EXPECT_EQ(run(curl("meet.endless-redirect.test", "endless-redirect", "/", "-L --max-redirs 5 -o /dev/null")).status,
            47);
  // A gigabyte of zeros: curl stops at the limit that it was given.
  const Output bomb =
      run(curl("meet.gzip-bomb.test", "gzip-bomb", "/", "--compressed") + " | head -c 70000000 | wc -c");
  EXPECT_THAT(bomb.text, HasSubstr("70000000"));
}

TEST_F(Serving, IsUnderstoodByOpenssl) {
  if (!have("openssl")) GTEST_SKIP() << "openssl is not installed";
  const auto connect = [&](const std::string& id, const std::string& more) {
    return run("openssl s_client -connect " + address_of(id) + ":" + std::to_string(server->https_port()) +
               " -servername meet." + id + ".test -verify_hostname meet." + id + ".test -CAfile " +
               (*folder / "ca.pem").string() + " " + more + " < /dev/null")
        .text;
  };
  EXPECT_THAT(connect("exemplary", ""), HasSubstr("Verify return code: 0 (ok)"));
  EXPECT_THAT(connect("self-signed", ""), HasSubstr("self-signed certificate"));
  EXPECT_THAT(connect("tls-legacy", "-tls1_1 -cipher DEFAULT@SECLEVEL=0"), HasSubstr("TLSv1.1"));
  EXPECT_THAT(connect("tls-legacy", "-min_protocol TLSv1.2"), HasSubstr("alert protocol version"));
}

TEST(RefServer, ServesOnePersonaOnLocalhostForABrowser) {
  ServeOptions options;
  for (auto& persona : bundled()) {
    if (persona.id == "exemplary") options.personas.push_back(persona);
  }
  options.on_localhost = true;
  options.suffix = "localhost";
  auto server = RefServer::start(std::move(options));
  ASSERT_TRUE(server) << describe(server.error());
  EXPECT_EQ((*server)->hosts().front().url,
            "https://meet.exemplary.localhost:" + std::to_string((*server)->https_port()) + "/");
  TlsCall call;
  call.address = "127.0.0.1";
  call.port = (*server)->https_port();
  call.sni = "localhost";
  call.ca_pem = (*server)->ca_pem();
  call.request = get("localhost", "/");
  const TlsReply reply = tls_call(call);
  EXPECT_EQ(reply.verify, X509_V_OK);
  EXPECT_THAT(reply.bytes, HasSubstr("libs/app.bundle.min.js"));
}

TEST(RefServer, SimulatesHostsThatEachHaveADomainAndAnAddress) {
  ServeOptions options;
  for (auto& persona : bundled()) {
    if (persona.id == "exemplary") options.personas.push_back(persona);
  }
  options.https_port = 0;
  options.simulate = 300;
  auto server = RefServer::start(std::move(options));
  ASSERT_TRUE(server) << describe(server.error());
  ASSERT_EQ((*server)->hosts().size(), 300U);
  std::set<std::string> addresses;
  for (const auto& host : (*server)->hosts()) addresses.insert(host.address);
  EXPECT_EQ(addresses.size(), 300U);
  TlsCall call;
  call.address = (*server)->hosts()[16].address;
  call.port = (*server)->https_port();
  call.sni = "meet.i17-bench.test";
  call.ca_pem = (*server)->ca_pem();
  call.request = get("meet.i17-bench.test", "/config.js");
  const TlsReply reply = tls_call(call);
  EXPECT_EQ(reply.verify, X509_V_OK);
  EXPECT_THAT(reply.bytes, HasSubstr("domain: 'meet.i17-bench.test'"));
}

TEST(RefServer, WaitsAsLongAsTheLatencySays) {
  ServeOptions options;
  for (auto& persona : bundled()) {
    if (persona.id == "exemplary") options.personas.push_back(persona);
  }
  options.https_port = 0;
  options.latency = Milliseconds(120);
  auto server = RefServer::start(std::move(options));
  ASSERT_TRUE(server) << describe(server.error());
  TlsCall call;
  call.address = (*server)->hosts().front().address;
  call.port = (*server)->https_port();
  call.sni = "meet.exemplary.test";
  call.request = get("meet.exemplary.test", "/");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(tls_call(call).handshake);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Milliseconds(240));  // before the handshake, before the answer
}

TEST(RefServer, NamesTheAddressThatIsInUse) {
  ServeOptions options;
  for (auto& persona : bundled()) {
    if (persona.id == "exemplary") options.personas.push_back(persona);
  }
  options.https_port = 0;
  auto first = RefServer::start(options);
  ASSERT_TRUE(first) << describe(first.error());
  options.https_port = (*first)->https_port();
  const auto second = RefServer::start(options);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().context, HasSubstr("address in use"));
  EXPECT_THAT(second.error().context, HasSubstr(std::to_string((*first)->https_port())));
}

TEST(RefServer, StopsWithOpenConnectionsAndCanBeStoppedTwice) {
  ServeOptions options;
  options.personas = bundled();
  options.https_port = 0;
  auto server = RefServer::start(std::move(options));
  ASSERT_TRUE(server) << describe(server.error());
  const int fd = testing::dial((*server)->hosts().front().address, (*server)->https_port(), 5);
  ASSERT_GE(fd, 0);
  (*server)->stop();
  (*server)->stop();
  close(fd);
}

TEST(RefServer, RefusesOptionsThatMakeNoSense) {
  EXPECT_EQ(RefServer::start({}).error().code, ErrorCode::kInvalidArgument);
  ServeOptions options;
  options.personas = bundled();
  options.simulate = 1'000'000;
  EXPECT_EQ(RefServer::start(std::move(options)).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace meetlat
