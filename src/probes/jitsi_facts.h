// The fact table of the Jitsi probe; its parts are written by several files.
#pragma once

#include <array>

#include "probes/fact_writer.h"

namespace meetlat::probes {

inline constexpr std::array kJitsiFacts{
    FactSpec{"jitsi.present", "bool", "the page is Jitsi Meet, judged by its content"},
    FactSpec{"jitsi.other_software", "string", "what it is instead, when the page says so; \"\": nothing known"},
    FactSpec{"jitsi.config.readable", "bool", "config.js could be evaluated"},
    FactSpec{"jitsi.config.sources", "strings", "where settings were read"},
    FactSpec{"jitsi.config.problems", "strings", "parts of the configuration that could not be read"},
    FactSpec{"jitsi.build.web", "int", "web build, the number of ?v="},
    FactSpec{"jitsi.build.web_text", "string", "version as the page writes it; \"\": none"},
    FactSpec{"jitsi.build.release", "int", "stable release that the web build belongs to"},
    FactSpec{"jitsi.build.releases_behind", "int", "at least that many stable releases are newer than the client"},
    FactSpec{"jitsi.build.lib", "string", "git hash of the library in that release (first 8 digits)"},
    FactSpec{"jitsi.build.header_release", "string", "release by the header X-Jitsi-Release; \"\": no such header"},
    FactSpec{"jitsi.build.configured_release", "string", "deploymentInfo.releaseNumber; \"\": not set"},
    FactSpec{"jitsi.build.date", "string", "the client is not older than this date (YYYY-MM-DD)"},
    FactSpec{"jitsi.build.age_days", "int", "the client is at least that old, in days, when it was measured"},
    FactSpec{"jitsi.build.advisories", "strings", "advisories of the web client that this build lacks the fix of"},
    FactSpec{"jitsi.build.oldest_confidentiality_advisory_months", "int",
             "months since the fix of the oldest such advisory about confidentiality; 0: none"},
    FactSpec{"jitsi.stun.hosts", "strings", "STUN servers that participants' browsers are told of, host:port"},
    FactSpec{"jitsi.stun.third_party", "strings", "those of another registrable domain; empty with p2p off"},
    FactSpec{"jitsi.stun.source", "string", "config.js, client default, legacy key or none"},
    FactSpec{"jitsi.p2p.enabled", "bool", "two participants connect to each other directly"},
    FactSpec{"jitsi.p2p.ice_policy", "string",
             "which ways such a call of two may take: all, or relay (only through a TURN server)"},
    FactSpec{"jitsi.third_party_requests_disabled", "bool", "disableThirdPartyRequests"},
    FactSpec{"jitsi.analytics", "strings", "analytics services that would be contacted"},
    FactSpec{"jitsi.login.kind", "string",
             "who may start by the configuration: open, account-to-create, account, token"},
    FactSpec{"jitsi.login.third_party", "strings", "identity providers of others"},
    FactSpec{"jitsi.recording.server", "bool", "recording on the server is offered"},
    FactSpec{"jitsi.livestreaming", "bool", "live streaming is offered"},
    FactSpec{"jitsi.transcription", "bool", "transcription is offered"},
    FactSpec{"jitsi.avatars.third_party", "strings", "hosts that get a hash of participants' e-mail addresses"},
    FactSpec{"jitsi.integrations.third_party", "strings", "services of others that are contacted on use or at join"},
    FactSpec{"jitsi.signalling.hosts", "strings", "hosts of the signalling addresses"},
    FactSpec{"jitsi.signalling.third_party", "strings", "those of another registrable domain"},
    FactSpec{"jitsi.legal.privacy_url", "string", "legalUrls.privacy; \"\": not set"},
    FactSpec{"jitsi.legal.terms_url", "string", "legalUrls.terms; \"\": not set"},
    FactSpec{"jitsi.operator.stated", "string", "who runs it in the host's own words; \"\": not said here"},
    FactSpec{"jitsi.prejoin", "bool", "a page with camera preview comes before joining"},
    FactSpec{"jitsi.display_name_required", "bool", "a name must be given"},
    FactSpec{"jitsi.app.promoted", "bool", "phones are shown a page that offers an app before they can join"},
    FactSpec{"jitsi.app.links", "strings",
             "stores and downloads that such a page names, and stores that the start page links"},
    FactSpec{"jitsi.insecure_room_warning", "bool", "guessable room names are warned about"},
};
using JitsiWriter = FactWriter<kJitsiFacts>;

}  // namespace meetlat::probes
