// The facts of the HTTP probe and what its parts share: http.cpp (the answer), http_security.cpp (what its headers
// forbid and allow).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "net/session.h"
#include "probes/fact_writer.h"

namespace meetlat::probes {

inline constexpr std::array kHttpFacts{
    FactSpec{"http.status", "int", "status of the landing page after redirects"},
    FactSpec{"http.final_url", "string", "where the landing page ended"},
    FactSpec{"http.redirects_to_https", "bool",
             "plain http is sent to https; not measured when nothing answers plain http"},
    FactSpec{"http.plain.status", "string",
             "what plain http does: redirects-to-https, serves-page, loops (in plain http), refused, error, elsewhere"},
    FactSpec{"http.hsts.max_age", "int", "seconds of Strict-Transport-Security; 0: absent or switched off"},
    FactSpec{"http.hsts.include_subdomains", "bool", "Strict-Transport-Security covers subdomains"},
    FactSpec{"http.csp", "string", "Content-Security-Policy headers, joined by a comma; \"\": none"},
    FactSpec{"http.nosniff", "bool", "X-Content-Type-Options: nosniff"},
    FactSpec{"http.referrer_policy", "string", "Referrer-Policy; \"\": none"},
    FactSpec{"http.permissions_policy", "string", "Permissions-Policy; \"\": none"},
    FactSpec{"http.frame_options", "string", "X-Frame-Options; \"\": none"},
    FactSpec{"http.cookies", "strings", "cookies of the landing page: name and attributes, never a value"},
    FactSpec{"http.cookies.insecure", "strings", "names of cookies without Secure"},
    FactSpec{"http.cookies.longest_days", "int",
             "days for which the most lasting cookie of the landing page is kept, begun ones count; 0: none outlives "
             "the browser's session"},
    FactSpec{"http.cookies.longest", "string", "the name of that cookie; \"\": none"},
    FactSpec{"http.server", "string", "Server header; \"\": none"},
    FactSpec{"http.intermediary", "string",
             "product that ends TLS in front, told by headers or by its published addresses; \"\": none shows itself"},
    FactSpec{"http.challenge", "string", "kind of bot wall that answered instead of the site; \"\": none"},
    FactSpec{"http.parked", "bool", "the page is that of a parked or sold domain"},
    FactSpec{"http.moved_to", "string", "URL on another registrable domain where the landing page ended; \"\": none"},
    FactSpec{"http.redirects", "strings",
             "redirects from the listed address, in order: \"301 https://a/ -> https://b/\""},
    FactSpec{"http.plain.redirects", "strings", "the first redirects of plain http, in the same form"},
    FactSpec{"http.hsts.preload", "bool", "Strict-Transport-Security asks for a place on the browsers' list"},
    FactSpec{"http.hsts.preloaded", "bool",
             "the host is on the browsers' list that the user gave (--hsts-preload-list)"},
    FactSpec{
        "http.csp.scripts", "string",
        "from where scripts may come: anywhere (no limit, or one with a hole for any host), inline (hosts are limited, "
        "what stands in the page runs, as a stock client needs it), strict (nonces, hashes or hosts only)"},
    FactSpec{
        "http.csp.open", "strings",
        "what a policy leaves open beside that: eval, plugins, base, forms, frames; not measured without a policy"},
    FactSpec{"http.csp.report_only", "bool", "there is a policy that browsers only report on"},
    FactSpec{"http.permissions.camera", "string",
             "who may use the camera through the page at most: default (unsaid: the page, and whoever it hands it to), "
             "everybody (the same, said), self, others (origins that are named), nobody (not even the page)"},
    FactSpec{"http.permissions.microphone", "string", "the same of the microphone"},
    FactSpec{"http.permissions.display_capture", "string", "the same of the contents of the screen"},
    FactSpec{"http.permissions.origins", "strings", "the origins that are named for any of the three"},
    FactSpec{"http.framing", "string",
             "who may show the page in a frame: anybody, same-origin, nobody, listed (frame-ancestors names them)"},
    FactSpec{"http.framing.origins", "strings", "sources of frame-ancestors; empty: none named"},
    FactSpec{"http.coop", "string", "Cross-Origin-Opener-Policy; \"\": none"},
    FactSpec{"http.coep", "string", "Cross-Origin-Embedder-Policy; \"\": none"},
    FactSpec{"http.corp", "string", "Cross-Origin-Resource-Policy; \"\": none"},
    FactSpec{"http.versions_shown", "strings", "headers that name a program with its version"},
    FactSpec{"http.http3", "bool", "Alt-Svc offers HTTP/3"},
    FactSpec{
        "http.headers_lost", "strings",
        "protections of the page (strict-transport-security, x-content-type-options) that another file of it lacks"},
    FactSpec{"http.security_txt", "string",
             "/.well-known/security.txt (RFC 9116): valid, expired, incomplete (no Contact that is a URI, or not one Expires), none"},
    FactSpec{"http.security_txt.expires", "string", "day on which it ends (YYYY-MM-DD); \"\": it does not say"},
};
using HttpWriter = FactWriter<kHttpFacts>;

// All headers of that name joined by a comma, printable, at most 4000 bytes; "": none.
std::string header_or_empty(const Exchange& exchange, std::string_view name);

// X-Content-Type-Options as browsers read it: the first of several values counts (Fetch standard, 3.6).
bool is_nosniff(const Exchange& exchange);

// "301 http://a/ -> https://a/", without secrets in the addresses.
std::string redirect_text(int status, const Url& from, std::string_view location);

// What the landing page's headers, and the policy in the page itself, forbid and allow.
void put_policies(const Landing& landing, HttpWriter& out);
// The redirects to the landing page.
void put_redirects(const Exchange& exchange, HttpWriter& out);
// Does another file of the page have its protections? Asks for nothing that is not asked for anyway.
void put_other_file(Session& session, const Landing& landing, HttpWriter& out);
// One GET.
void put_security_txt(Session& session, const Exchange& landing, HttpWriter& out);

}  // namespace meetlat::probes
