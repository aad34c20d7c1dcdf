// Hosts of one build are compared by the digests of their client's files.
#include "report/client_text.h"

#include <fmt/core.h>

#include "render.h"

namespace meetlat {
namespace {

using sample::HostBuilder;
using Strings = std::vector<std::string>;

HostReport host(const std::string& name, const std::string& build, const Strings& digests) {
  Strings lines;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    const std::string digest = digests[i].size() == 1 ? std::string(64, digests[i][0]) : digests[i];
    lines.push_back(fmt::format("libs/{}.js 10 sha256:{}", i, digest));
  }
  HostBuilder builder("https://" + name + ".test/", HostStatus::kMeasured);
  return builder.clean_slate().fact("jitsi.build.web_text", build).fact("client.files", lines).build();
}

Report of(std::vector<HostReport> hosts) {
  Report report = sample::report();
  report.hosts = std::move(hosts);
  return report;
}

TEST(ClientIndex, CountsTheSameAndTheDifferentOfOneBuildOnly) {
  const Report report = of({host("a", "9646", {"1", "2"}), host("b", "9646", {"1", "3"}), host("c", "9646", {"1"}),
                            host("d", "9700", {"1", "2"}), host("e", "", {"1", "2"})});
  const ClientIndex clients(report);
  const std::vector<ClientFilePeers> peers = clients.peers(report.hosts[0]);
  ASSERT_EQ(peers.size(), 2U);
  EXPECT_EQ(peers[0].path, "libs/0.js");
  EXPECT_EQ(peers[0].same, 2U);
  EXPECT_EQ(peers[0].different, 0U);
  EXPECT_EQ(peers[1].same, 0U);
  EXPECT_EQ(peers[1].different, 1U);
  EXPECT_TRUE(clients.peers(report.hosts[3]).empty()) << "alone with its build";
  EXPECT_TRUE(clients.peers(report.hosts[4]).empty()) << "claims no build";
}

TEST(ClientIndex, LeavesOutWhatIsNoDigest) {
  const Report report = of({host("a", "9646", {"short", "2"}), host("b", "9646", {"short", "2"})});
  EXPECT_EQ(ClientIndex(report).peers(report.hosts[0]).size(), 1U);
}

TEST(ClientText, SaysSameOrNamesTheFileThatDiffers) {
  const std::string same = render("text", of({host("a", "9646", {"1", "2"}), host("b", "9646", {"1", "2"})}));
  EXPECT_NE(same.find("claims build 9646; 2 files compared with 1 other host of this build: the same"),
            std::string::npos)
      << same;
  const std::string differs = render("text", of({host("a", "9646", {"1"}), host("b", "9646", {"2"})}));
  EXPECT_NE(differs.find("libs/0.js differs from 1 and is the same as 0"), std::string::npos) << differs;
  EXPECT_EQ(render("text", of({host("a", "9646", {"1"})})).find("Client:"), std::string::npos);
}

}  // namespace
}  // namespace meetlat
