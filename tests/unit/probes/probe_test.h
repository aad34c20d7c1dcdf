// A stock Jitsi Meet on a scripted wire, and short ways to ask what a probe found. Tests change the parts that they
// are about.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "probes/probe.h"
#include "support/fake_transport.h"

namespace meetlat::test {

inline std::string index_html(const std::string& version = "9268", const std::string& config = "",
                              const std::string& extra = "") {
  const std::string query = version.empty() ? "" : "?v=" + version;
  return "<!doctype html><html><head><title>Jitsi Meet</title><base href=\"/\">"
         "<script>var interfaceConfig = {APP_NAME: 'Jitsi Meet', PROVIDER_NAME: 'Jitsi'};</script>" +
         (config.empty() ? std::string() : "<script>" + config + "</script>") +
         "<script src=\"libs/lib-jitsi-meet.min.js" + query + "\"></script><script src=\"libs/app.bundle.min.js" +
         query + "\"></script></head><body><div id=\"react\" role=\"main\"></div>" + extra +
         "<template id=\"welcome-page-additional-content-template\"></template></body></html>";
}

inline const char* kHosts =
    "hosts: {domain: 'meet.example.test', muc: 'conference.meet.example.test'}, bosh: '/http-bind'";

inline std::string config_js(const std::string& members = "") {
  return "var config = {" + std::string(kHosts) + (members.empty() ? "" : ", " + members) + "};";
}

inline const char* kWorker = "(()=>{\"use strict\";function a(){self.onmessage=async e=>{await e.data}}a();})();";

// One host, its wire and what the probes found there.
class Instance {
 public:
  explicit Instance(const std::string& base = "https://meet.example.test/")
      : target_(Target::from_url(*Url::parse(base))) {
    net.host(target_.base.host());
    net.limits.per_request = std::chrono::milliseconds{2000};
  }

  // A stock instance with these members in its configuration.
  Instance& stock(const std::string& members = "", const std::string& version = "9268", const std::string& extra = "") {
    landing(index_html(version, config_js(members), extra));
    net.page(at("libs/lib-jitsi-meet.e2ee-worker.js"), kWorker, "application/javascript");
    net.page(at("libs/olm.wasm"), std::string("\0asm\1\0\0\0", 8), "application/wasm");
    net.answer("http://" + target_.base.host() + "/", redirect(target_.base.str()));
    return *this;
  }
  Instance& landing(const std::string& html) {
    net.page(target_.base.str(), html);
    return *this;
  }
  std::string at(const std::string& path) const { return target_.base.str() + path; }

  // Runs these probes in one Session.
  Evidence& run(std::initializer_list<const char*> ids) {
    session_ = net.session(target_);
    for (const char* id : ids) find_probe(id)->collect(target_, *session_, evidence);
    return evidence;
  }
  Evidence& run_all() {
    session_ = net.session(target_);
    for (const Probe* probe : all_probes()) probe->collect(target_, *session_, evidence);
    return evidence;
  }
  Session& session() { return *session_; }
  const Target& target() const { return target_; }

  FakeNet net;
  Evidence evidence;

 private:
  Target target_;
  std::unique_ptr<Session> session_;
};

// The value as a person reads it, or "<error-code>" when it was not measured, or "<none>" when no probe said anything.
inline std::string shown(const Evidence& evidence, std::string_view path) {
  const std::span<const Fact> facts = evidence.find(path);
  if (facts.empty()) return "<none>";
  const Fact& fact = facts.front();
  if (!fact.measured()) return "<" + std::string(to_string(fact.value.error().code)) + ">";
  if (const bool* flag = std::get_if<bool>(&*fact.value)) return *flag ? "true" : "false";
  if (const std::string* text = std::get_if<std::string>(&*fact.value)) return *text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&*fact.value)) {
    std::string text;
    for (const std::string& item : *list) text += (text.empty() ? "" : " | ") + item;
    return text;
  }
  return to_string(*fact.value);
}

inline std::string why(const Evidence& evidence, std::string_view path) {
  const std::span<const Fact> facts = evidence.find(path);
  return facts.empty() || facts.front().measured() ? "" : facts.front().value.error().context;
}

inline std::string excerpt_of(const Evidence& evidence, std::string_view path) {
  const std::span<const Fact> facts = evidence.find(path);
  return facts.empty() ? "" : facts.front().provenance.excerpt;
}

}  // namespace meetlat::test
