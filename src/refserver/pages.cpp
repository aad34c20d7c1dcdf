#include "refserver/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace meetlat {
namespace {

bool is_identifier(std::string_view key) {
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; };
  if (key.empty() || !letter(key.front())) return false;
  return std::all_of(key.begin(), key.end(),
                     [&](char c) { return letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; });
}

std::string js_string(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '<') {
      out += "\\u003c";  // the script is inlined in a page
    } else {
      out += c;
    }
  }
  return out + "'";
}

// A look at how stock files mix live settings with commented ones: a reader that does not know comments trips here.
constexpr std::string_view kStockComments = R"(
    // Settings that stand in comments show the client's defaults.
    //
    // p2p: {
    //     stunServers: [
    //         { urls: 'stun:stun.l.google.com:19302' },
    //     ],
    // },
    // legalUrls: {
    //     privacy: 'https://jitsi.org/meet/privacy',
    //     terms: 'https://jitsi.org/meet/terms',
    // },
    /*
    analytics: {
        googleAnalyticsTrackingId: 'UA-00000000-1',
        amplitudeAPPKey: '<APP_KEY>',  // don't use "quotes' that do not match
    },
    */
)";

constexpr std::string_view kConfigHead =
    R"(/* eslint-disable comma-dangle, no-unused-vars, no-var, prefer-template, vars-on-top */

/*
 * The settings of this deployment. Values that are missing are those of the client.
 */

var subdir = '<!--# echo var="subdir" default="" -->';
var subdomain = '<!--# echo var="subdomain" default="" -->';

if (subdomain) {
    subdomain = subdomain.substr(0, subdomain.length - 1).split('.')
        .join('_')
        .toLowerCase() + '.';
}

)";

}  // namespace

std::string render_js(const Doc& value, int indent) {
  const std::string pad(static_cast<std::size_t>(indent + 1) * 4, ' ');
  const std::string end(static_cast<std::size_t>(indent) * 4, ' ');
  if (value.is_null()) return "null";
  if (const bool* flag = value.boolean()) return *flag ? "true" : "false";
  if (const auto* integer = value.integer()) return std::to_string(*integer);
  if (const auto* text = value.string()) return text->starts_with("js:") ? text->substr(3) : js_string(*text);
  if (const auto* seq = value.seq()) {
    if (seq->empty()) return "[]";
    std::string out = "[\n";
    for (const Doc& item : *seq) out += pad + render_js(item, indent + 1) + ",\n";
    return out + end + "]";
  }
  if (const auto* map = value.map()) {
    std::string out = "{\n";
    for (const auto& entry : *map) {
      out += pad + (is_identifier(entry.key) ? entry.key : js_string(entry.key)) + ": " +
             render_js(entry.value, indent + 1) + ",\n";
    }
    return out + end + "}";
  }
  double number = 0;
  value.number(number);
  return fmt::format("{}", number);
}

std::string render_config_js(const Persona& persona) {
  const auto& jitsi = persona.jitsi;
  if (!jitsi.config_js.empty()) return jitsi.config_js;
  std::string out(kConfigHead);
  out += "var config = {\n    // Connection\n    //\n";
  bool first = true;
  if (const auto* map = jitsi.config.map()) {
    for (const auto& entry : *map) {
      out += "\n    " + (is_identifier(entry.key) ? entry.key : js_string(entry.key)) + ": " +
             render_js(entry.value, 1) + ",\n";
      if (first) out += kStockComments;
      first = false;
    }
  }
  out += "\n    // Says nothing, but may stand behind a trailing comma.\n    makeJsonParserHappy: 'yes'\n};\n";
  if (!jitsi.config_tail.empty()) out += "\n" + jitsi.config_tail;
  return out;
}

std::string render_interface_config_js(const Persona& persona) {
  std::string out =
      "/* eslint-disable no-unused-vars, no-var, max-len */\n"
      "/* eslint sort-keys: [\"error\", \"asc\", {\"caseSensitive\": false}] */\n\n"
      "var interfaceConfig = {\n";
  if (const auto* map = persona.jitsi.interface_config.map()) {
    for (const auto& entry : *map) {
      out += "    " + (is_identifier(entry.key) ? entry.key : js_string(entry.key)) + ": " + render_js(entry.value, 1) +
             ",\n\n";
    }
  }
  return out +
         "    /**\n     * Whatever follows is kept for old clients.\n     */\n"
         "    VIDEO_LAYOUT_FIT: 'both',\n\n    makeJsonParserHappy: 'yes'\n};\n";
}

std::string language_of(const Persona& persona) {
  return persona.policy.document.substr(0, 2);
}

std::string policy_url(const Persona& persona) {
  if (persona.policy.at == PersonaPolicy::At::kNone) return {};
  const bool parent = persona.policy.at == PersonaPolicy::At::kParent;
  return std::string("https://") + (parent ? "{{parent}}" : "{{host}}") + "{{port}}" + persona.policy.path;
}

std::string render_links(const Persona& persona, std::string_view place) {
  struct Labels {
    std::string_view language, policy, imprint;
  };
  constexpr std::array<Labels, 4> kLabels{{{"en", "Privacy policy", "Imprint"},
                                           {"de", "Datenschutzerklärung", "Impressum"},
                                           {"nl", "Privacyverklaring", "Colofon"},
                                           {"fr", "Politique de confidentialité", "Mentions légales"}}};
  const std::string language = language_of(persona);
  const auto found =
      std::find_if(kLabels.begin(), kLabels.end(), [&](const Labels& l) { return l.language == language; });
  const Labels& labels = found == kLabels.end() ? kLabels.front() : *found;
  std::vector<std::string> links;
  const auto& from = persona.policy.linked_from;
  if (persona.policy.at != PersonaPolicy::At::kNone && std::find(from.begin(), from.end(), place) != from.end()) {
    links.push_back(fmt::format(R"(<a href="{}">{}</a>)", policy_url(persona), labels.policy));
  }
  if (persona.operated_by.imprint && place != "imprint") {
    links.push_back(fmt::format(R"(<a href="https://{{{{parent}}}}{{{{port}}}}/imprint">{}</a>)", labels.imprint));
  }
  return join(links, " | ");
}

std::string render_welcome_content(const Persona& persona) {
  const std::string links = persona.parent_present ? render_links(persona, "welcome") : std::string();
  std::string out = "<template id = \"welcome-page-additional-content-template\">\n";
  if (!persona.operated_by.welcome.empty() || !links.empty()) {
    out += "  <div class=\"welcome-footer\">\n";
    if (!persona.operated_by.welcome.empty()) out += "    <p>" + persona.operated_by.welcome + "</p>\n";
    if (!links.empty()) out += "    <p>" + links + "</p>\n";
    out += "  </div>\n";
  }
  return out + "</template>\n";
}

std::string render_policy_html(const Persona& persona) {
  const auto& policy = persona.policy;
  const auto lists = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  // Walks the markers "section: x", "only-with: x" and "end: x"; what is published holds none of them.
  std::string out;
  bool wanted = true;
  std::string_view rest = persona.policy_text;
  while (true) {
    const auto open = rest.find("<!-- ");
    const auto close = open == std::string_view::npos ? open : rest.find(" -->", open);
    if (close == std::string_view::npos) break;
    if (wanted) out.append(rest.substr(0, open));
    const auto marker = rest.substr(open + 5, close - open - 5);
    const auto colon = marker.find(": ");
    const auto kind = marker.substr(0, colon);
    const std::string name(colon == std::string_view::npos ? std::string_view{} : marker.substr(colon + 2));
    if (kind == "section") wanted = !lists(policy.without, name);
    if (kind == "only-with") wanted = lists(policy.with, name);
    if (kind == "end") wanted = true;
    rest.remove_prefix(close + 4);
    if (rest.starts_with('\n')) rest.remove_prefix(1);
  }
  out.append(rest);
  if (!policy.commented_out) return out;
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Privacy</title></head><body>\n<h1>Privacy</h1>\n<!--\n" +
         plain_text_of(out) + "\n-->\n</body></html>\n";
}

std::string minimal_wasm() {
  // magic, version 1, and one custom section with a name
  using namespace std::string_literals;
  return "\0asm\x01\0\0\0\0\x04\x03olm"s;
}

}  // namespace meetlat
