#include "report/client_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "model/client_files.h"
#include "report/mask.h"
#include "report/summary.h"

namespace meetlat {
namespace {

std::string build_of(const HostReport& host) {
  return host.status == HostStatus::kMeasured ? std::string(host.evidence.text("jitsi.build.web_text")) : std::string();
}

}  // namespace

ClientIndex::ClientIndex(const Report& report) {
  for (const HostReport& host : report.hosts) {
    const std::string build = build_of(host);
    if (build.empty()) continue;
    for (const ClientFile& file : client_files(host.evidence)) ++seen_[{build, file.path}][file.sha256];
  }
}

std::vector<ClientFilePeers> ClientIndex::peers(const HostReport& host) const {
  std::vector<ClientFilePeers> out;
  const std::string build = build_of(host);
  if (build.empty()) return out;
  for (const ClientFile& file : client_files(host.evidence)) {
    const auto digests = seen_.find({build, file.path});
    if (digests == seen_.end()) continue;
    ClientFilePeers peers{file.path, 0, 0};
    for (const auto& [digest, hosts] : digests->second) (digest == file.sha256 ? peers.same : peers.different) += hosts;
    if (peers.same > 0) --peers.same;  // the host itself
    if (peers.same + peers.different > 0) out.push_back(std::move(peers));
  }
  return out;
}

void print_client(Page& page, const HostReport& host, const ClientIndex& clients) {
  const std::vector<ClientFilePeers> peers = clients.peers(host);
  if (peers.empty()) return;
  std::size_t others = 0;
  std::size_t fewest = peers.front().same;
  std::vector<std::string> differing;
  for (const ClientFilePeers& file : peers) {
    others = std::max(others, file.same + file.different);
    fewest = std::min(fewest, file.same);
    if (file.different == 0) continue;
    differing.push_back(
        fmt::format("{} differs from {} and is the same as {}", clean(file.path, 60), file.different, file.same));
  }
  const std::string build = clean(build_of(host), 40);
  if (differing.empty()) {
    page.paragraph("Client: ", fmt::format("claims build {}; {} compared with {} of this build: the same{}", build,
                                           count_words(peers.size(), "file"), count_words(others, "other host"),
                                           fewest == others ? "" : fmt::format(" as at least {}", fewest)));
    return;
  }
  page.paragraph("Client: ", fmt::format("claims build {}; of {} of this build: {}", build,
                                         count_words(others, "other host"), join(differing, "; ")));
}

}  // namespace meetlat
