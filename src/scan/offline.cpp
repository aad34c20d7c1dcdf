#include "scan/offline.h"

#include <array>

#include "net/file_network.h"
#include "net/session.h"
#include "probes/probe.h"
#include "proto/html.h"

namespace meetlat {
namespace {

// Those that take pages and settings as they are served. What others ask is the host's to answer.
constexpr std::array<std::string_view, 3> kReaders{"jitsi", "e2ee", "parties"};

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kScript = "application/javascript";

Url below(const Url& base, std::string_view name) {
  return base.with_path(base.path() + std::string(name));
}

// Where the client's relative addresses start.
Url folder_of(const Url& base, const std::string& page) {
  const Result<HtmlDocument> html = parse_html(page);
  if (!html || html->base_href.empty()) return base;
  const Result<Url> other = base.resolve(html->base_href);
  return other && other->origin() == base.origin() ? *other : base;
}

void fill(const OfflineSite& site, const Url& base, FileNetwork& network) {
  network.put(base, site.page, std::string(kHtml), site.page_headers);
  const Url folder = folder_of(base, site.page);
  for (const auto& [name, text] :
       {std::pair{"config.js", &site.config_js}, std::pair{"interface_config.js", &site.interface_config_js}}) {
    const Result<Url> url = folder.resolve(name);
    if (url && !text->empty()) network.put(*url, *text, std::string(kScript));
  }
  if (site.libs.empty()) return;
  // Stand-ins with the marks of the real ones, which were seen.
  if (site.worker) {
    network.put(below(site.libs, "lib-jitsi-meet.e2ee-worker.js"), "self.onmessage = function () {};",
                std::string(kScript));
  }
  if (site.olm) network.put(below(site.libs, "olm.wasm"), std::string("\0asm\1\0\0\0", 8), "application/wasm");
}

}  // namespace

Evidence read_site(const OfflineSite& site, const std::stop_token& stop) {
  FileNetwork network;
  const Target target = Target::from_url(site.base);
  fill(site, target.base, network);
  Session session(target, network.open(stop), network.guard(), network.gate(), Limits{}, Clock::system(), stop);
  Evidence evidence;
  for (const std::string_view id : kReaders) {
    if (const Probe* probe = find_probe(id)) probe->collect(target, session, evidence);
  }
  return evidence;
}

}  // namespace meetlat
