// Who may start, what can be recorded, and what participants are asked for.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "probes/jitsi_settings.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

// The first of these settings that is there decides, as in the client, where an older spelling that is there goes
// before the newer one; absent ones fall through.
void put_switch(JitsiWriter::Ref fact, const Settings& settings, std::initializer_list<const char*> paths,
                bool by_default, JitsiWriter& out) {
  std::string notes;
  bool value = by_default;
  std::optional<Error> unknown;
  for (const char* path : paths) {
    const Read read = settings.read(path);
    notes += (notes.empty() ? "" : "; ") + read.note;
    if (read.unset()) continue;
    unknown = read.unknown;
    value = read.truthy();
    break;
  }
  if (unknown) {
    out.missing(fact, *unknown, settings.seen(notes));
  } else {
    out.put(fact, value, settings.seen(notes));
  }
}

// The three spellings of recording on the server. Which of them counts depends on the client.
void put_recording(const Settings& settings, JitsiWriter& out) {
  const Read service = settings.read("recordingService.enabled");
  const Read legacy = settings.read("fileRecordingsServiceEnabled");
  const Read old = settings.read("fileRecordingsEnabled");
  const Provenance seen = settings.seen(fmt::format("{}; {}; {}", service.note, legacy.note, old.note));
  const auto put = [&](const Read& read) {
    if (read.unknown) {
      out.missing("jitsi.recording.server", *read.unknown, seen);
    } else {
      out.put("jitsi.recording.server", read.truthy(), seen);
    }
  };
  // Clients before the change knew the old switch, and what the other one adds needs it.
  const Heeded heeded = settings.heeded("recordingService.enabled");
  if (heeded == Heeded::kNo) return put(old);
  const Read& now = service.unset() ? legacy : service;
  if (now.unknown || (!now.unset() && heeded == Heeded::kYes)) return put(now);
  if (old.unknown) return put(old);
  if (old.unset() || old.truthy() == now.truthy()) return put(now);
  out.missing("jitsi.recording.server",
              Error{ErrorCode::kNotUnderstood, old.note + ", and whether this client still heeds that is not known"},
              seen);
}

// Docker's containers write hosts.authdomain only when an account is demanded. Elsewhere it may stand there without
// any effect: by itself it names a domain and demands nothing.
bool is_docker(const Read& domain) {
  const std::string text = domain.text();
  return text == "meet.jitsi" || text.ends_with(".meet.jitsi");
}

std::string provider_name(const std::string& host) {
  if (host == "accounts.google.com") return "Google";
  if (host == "login.microsoftonline.com") return "Microsoft";
  return host;
}

// A guest domain beside the main one: those with an account or a token open rooms, everybody may then come in.
bool guests_welcome(const Read& guests, const Read& domain) {
  return !guests.text().empty() && guests.text() != domain.text();
}

void put_login(const Settings& settings, JitsiWriter& out) {
  const Read token = settings.read("tokenAuthUrl");
  const Read sso = settings.read("sso");
  const Read guests = settings.read("hosts.anonymousdomain");
  const Read accounts = settings.read("hosts.authdomain");
  const Read domain = settings.read("hosts.domain");
  gather_login(settings).put("jitsi.login.third_party", settings, out);

  const auto answer = [&](const char* kind, const Read& why) {
    out.put("jitsi.login.kind", kind, settings.seen(why.note));
  };
  const auto no_answer = [&](const Read& why) {
    out.missing("jitsi.login.kind", *why.unknown, settings.seen(why.note));
  };
  const bool for_guests = guests_welcome(guests, domain);
  if (!token.text().empty()) {
    if (guests.unknown) return no_answer(guests);
    return answer(for_guests ? "account-to-create" : "token", for_guests ? guests : token);
  }
  if (token.unknown) return no_answer(token);
  if (sso.unknown) return no_answer(sso);
  if (sso.truthy()) {
    return out.missing("jitsi.login.kind",
                       Error{ErrorCode::kNotUnderstood, sso.note + ", which by itself demands no account"},
                       settings.seen(sso.note));
  }
  if (for_guests) return answer("account-to-create", guests);
  if (guests.unknown) return no_answer(guests);
  if (!accounts.text().empty()) {
    if (is_docker(domain) || is_docker(accounts)) return answer("account", accounts);
    return out.missing(
        "jitsi.login.kind",
        Error{ErrorCode::kNotUnderstood, accounts.note + " without a guest domain, which by itself demands no account"},
        settings.seen(accounts.note));
  }
  if (accounts.unknown) return no_answer(accounts);
  answer("open", accounts);
}

void put_prejoin(const Settings& settings, JitsiWriter& out) {
  Read read = settings.resolve("prejoinConfig.enabled");
  if (read.unset()) {
    Read old = settings.read("prejoinPageEnabled");
    const Heeded heeded = settings.heeded("prejoinPageEnabled");
    if (!old.unset() && heeded != Heeded::kNo) {
      // Both readings of a client of unknown age agree when the old key says what the default is.
      if (heeded == Heeded::kUnclear && (old.unknown || !old.truthy())) {
        out.missing("jitsi.prejoin",
                    Error{ErrorCode::kNotUnderstood, old.note + ", and whether this client heeds that is not known"},
                    settings.seen(old));
        return;
      }
      read = std::move(old);
    }
  }
  if (read.unknown) {
    out.missing("jitsi.prejoin", *read.unknown, settings.seen(read));
  } else {
    out.put("jitsi.prejoin", read.truthy(), settings.seen(read));
  }
}

void put_link(JitsiWriter::Ref fact, const char* path, const Settings& settings, JitsiWriter& out) {
  const Read read = settings.read(path);
  if (read.unknown) {
    out.missing(fact, *read.unknown, settings.seen(read));
  } else {
    out.put(fact, excerpt(read.text(), 1000), settings.seen(read));
  }
}

}  // namespace

Gathered gather_login(const Settings& settings) {
  const Read token = settings.read("tokenAuthUrl");
  Gathered foreign;
  foreign.add_unknown(token);
  const std::string host = host_of(token.text());
  if (!foreign.names_other(host, token, settings)) {
    foreign.notes.push_back(token.note);
    return foreign;
  }
  foreign.add(provider_name(host), token.note);
  const bool guests = guests_welcome(settings.read("hosts.anonymousdomain"), settings.read("hosts.domain"));
  foreign.add_contact(guests ? "login-to-create" : "login", host, token.note);
  return foreign;
}

void put_access_facts(const Settings& settings, JitsiWriter& out) {
  put_login(settings, out);
  put_recording(settings, out);
  put_switch("jitsi.livestreaming", settings, {"liveStreamingEnabled", "liveStreaming.enabled"}, false, out);
  put_switch("jitsi.transcription", settings, {"transcribingEnabled", "transcription.enabled"}, false, out);
  put_switch("jitsi.display_name_required", settings, {"requireDisplayName"}, false, out);
  put_switch("jitsi.insecure_room_warning", settings, {"enableInsecureRoomNameWarning"}, false, out);
  put_prejoin(settings, out);
  put_link("jitsi.legal.privacy_url", "legalUrls.privacy", settings, out);
  put_link("jitsi.legal.terms_url", "legalUrls.terms", settings, out);
}

}  // namespace meetlat::probes
