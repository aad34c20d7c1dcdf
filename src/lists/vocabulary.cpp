#include "lists/vocabulary.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "base/text.h"
#include "lists/candidate.h"
#include "lists/country.h"

namespace meetlat {
namespace {

using Words = std::vector<std::string>;
using Vocabulary = std::span<const std::string_view>;

// A word of the vocabulary that ends in '*' matches as a prefix.
bool matches(std::string_view word, std::string_view entry) {
  if (entry.ends_with('*')) return word.starts_with(entry.substr(0, entry.size() - 1));
  return word == entry;
}

bool any_of(const Words& words, Vocabulary vocabulary) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::any_of(vocabulary.begin(), vocabulary.end(),
                       [&](std::string_view entry) { return matches(word, entry); });
  });
}

constexpr std::string_view kNegations[] = {"non",    "no",   "not",  "without", "kein*", "ohne", "nicht", "geen",
                                           "zonder", "niet", "sans", "pas",     "senza", "sin",  "free"};
constexpr std::string_view kPrivacy[] = {"privacy*",      "datenschutz*", "dsgvo",       "gdpr",        "rgpd",
                                         "confidential*", "riservatezza", "privacidad*", "informativa", "policy"};
constexpr std::string_view kLegal[] = {"imprint", "impressum", "legal*", "terms", "agb", "tos", "colofon", "mentions"};
constexpr std::string_view kChecker[] = {"ssl",        "ssllabs", "tls",         "test",    "tests",   "check*",
                                         "monitor*",   "uptime",  "observatory", "health*", "metrics", "exporter",
                                         "prometheus", "status",  "stato",       "ping",    "latency", "verfügbar*"};
constexpr std::string_view kBigTech[] = {"amazon", "aws",  "cloudflare", "microsoft",    "azure",
                                         "gafam",  "gafa", "bigtech",    "hyperscaler*", "google"};
constexpr std::string_view kKind[] = {"kind", "tipo", "type", "typ", "art", "soort", "category", "categoria"};
constexpr std::string_view kOperator[] = {
    "operator*",   "operated",   "operato*",  "betreiber*",   "betrieben",    "beheer*",      "manage*",
    "maintain*",   "owner*",     "gestor*",   "gestit*",      "offert*",      "ospitat*",     "fornit*",
    "opérateur*",  "operateur*", "opéré",     "géré*",        "gestionnair*", "organi*",      "verein",
    "association", "provider*",  "provided",  "anbieter*",    "aanbieder*",   "bereitstell*", "verantwort*",
    "responsa*",   "proveedor",  "administ*", "admin",        "by",           "von",          "door",
    "company",     "firma",      "azienda",   "entreprise",   "empresa",      "sponsor*",     "hosted",
    "gehost*",     "host_by",    "eigenaar",  "propriétaire", "proprietario", "fournisseur"};
constexpr std::string_view kUrlWords[] = {"url",     "urls",     "uri",      "link", "links", "href", "site",
                                          "website", "webseite", "homepage", "web",  "sito",  "sitio"};
constexpr std::string_view kHoster[] = {"hoster*",       "hosting*", "hébergeur*", "hebergeur*", "datacenter*",
                                        "rechenzentrum", "isp",      "asn",        "network*",   "netz*"};
constexpr std::string_view kCountry[] = {"country*", "countries", "land",    "länder",  "pays",
                                         "paese",    "país",      "pais",    "nation*", "location*",
                                         "standort", "locatie",   "region*", "staat",   "flag"};
constexpr std::string_view kDialIn[] = {"dial*", "phone*", "telefon*", "telefoon*", "téléphone*", "einwahl*", "inbel*"};
constexpr std::string_view kRecording[] = {"record*", "aufnahme*", "aufzeichn*", "opname*", "enregistr*", "grabaci*"};
constexpr std::string_view kAccess[] = {"access*", "account*", "login*",    "zugang*", "toegang*",
                                        "accès",   "accesso",  "acceso",    "anmeld*", "registr*",
                                        "auth*",   "limited",  "restrict*", "konto*"};
constexpr std::string_view kIpLog[] = {"log", "logs", "logging", "ip", "protokoll*"};
constexpr std::string_view kSoftware[] = {"software*",   "programm*", "engine",   "platform*", "plattform*",
                                          "application", "app",       "product*", "technolog*"};
constexpr std::string_view kOther[] = {
    "mail*",    "email*",     "contact*",  "kontakt*", "contatt*", "icon*",     "logo*",        "image*",
    "img",      "avatar*",    "twitter",   "mastodon", "matrix",   "social*",   "source*",      "repo*",
    "git*",     "code*",      "quellcode", "wiki*",    "doc",      "docs",      "blog*",        "forum*",
    "donat*",   "spend*",     "version*",  "user*",    "count*",   "cpu*",      "core*",        "bandwidth*",
    "mbps",     "job",        "note*",     "remark*",  "comment*", "bemerk*",   "description*", "beschreib*",
    "label*",   "opmerking*", "preferred", "date*",    "datum*",   "api",       "token*",       "download*",
    "support*", "help*",      "faq",       "tor",      "onion",    "i2p",       "loki",         "nr",
    "num*",     "id",         "rank*",     "stats",    "script*",  "style*",    "css",          "asset*",
    "theme*",   "feed*",      "rss",       "cdn",      "example*", "beispiel*", "exemple*",     "voorbeeld*",
    "ejemplo*", "esempi*"};
constexpr std::string_view kInstance[] = {
    "url",       "urls",     "uri",       "server*",  "host",      "hosts",     "hostname*",  "fqdn",    "domain*",
    "domän*",    "domein*",  "dominio*",  "dominios", "instance*", "instanz*",  "instantie*", "istanz*", "instancia*",
    "adress*",   "address*", "indirizz*", "direcci*", "link",      "links",     "lien*",      "site",    "sites",
    "website",   "webseite", "web",       "sito",     "sitio",     "base*",     "service*",   "dienst*", "servizi*",
    "servic*",   "node",     "nodes",     "jitsi*",   "meet*",     "conferen*", "konferenz*", "video*",  "serveur*",
    "servidor*", "href",     "clearnet",  "public",   "public_url"};
constexpr std::string_view kPlainInstance[] = {"jitsi*",    "instance*", "instanz*", "instantie*",
                                               "istanz*",   "base*",     "server*",  "host",
                                               "hostname*", "domain*",   "serveur*", "servidor*"};
constexpr std::string_view kName[] = {"name",   "names", "titel",       "title", "nom",  "nome",
                                      "nombre", "naam",  "bezeichnung", "value", "label"};

constexpr std::string_view kOtherSoftware[] = {
    "bigbluebutton", "bbb",      "greenlight", "edumeet",    "multiparty",   "mediasoup",  "galene",  "mumble",
    "etherpad",      "cryptpad", "nextcloud",  "opentalk",   "openmeetings", "webex",      "zoom",    "teams",
    "skype",         "jami",     "mastodon",   "peertube",   "invidious",    "searx*",     "nitter",  "piped",
    "libreddit",     "lemmy",    "pixelfed",   "element",    "matrix",       "telegram",   "signal",  "wire",
    "dns",           "vpn",      "rocketchat", "mattermost", "whereby",      "privatebin", "hedgedoc"};
// Headings above things that are no servers.
constexpr std::string_view kNoServers[] = {
    "app",      "apps",       "misc*",    "tool",       "tools",       "link",       "links",      "source",
    "sources",  "quelle*",    "client*",  "credits",    "contact*",    "kontakt*",   "about",      "resource*",
    "further",  "weitere*",   "see",      "extension*", "plugin*",     "download*",  "changelog*", "license*",
    "licence*", "reference*", "monitor*", "install*",   "development", "contribut*", "donat*",     "news",
    "articles", "self",       "docker*",  "social*"};
constexpr std::string_view kServers[] = {
    "server*",     "instance*",  "instanz*",    "instantie*", "istanz*",   "instancia*", "host",       "hosts",
    "hosters",     "hoster",     "öffentlich*", "public*",    "openbar*",  "communit*",  "official",   "offiziell*",
    "special",     "cases",      "limited",     "serveur*",   "servidor*", "conferen*",  "konferenz*", "video*",
    "visio*",      "vidéo*",     "meet*",       "meeting*",   "beeldbel*", "region*",    "countr*",    "domain*",
    "recommended", "empfohlen*", "free",        "provider*",  "anbieter*"};
constexpr std::string_view kListNames[] = {"url", "urls", "node", "nodes", "clearnet", "choices"};
// Names of arrays that hold something else than instances.
constexpr std::string_view kOtherLists[] = {
    "social*",    "menu*",    "nav*",       "icon*",   "tor",        "onion*", "i2p",        "loki",
    "feed*",      "script*",  "style*",     "css*",    "asset*",     "repo*",  "clients",    "apps",
    "donat*",     "sponsor*", "partner*",   "author*", "contribut*", "stun*",  "turn*",      "ice*",
    "analytics*", "exclu*",   "blacklist*", "block*",  "removed",    "dead",   "deprecated", "badge*",
    "endpoint*",  "import*",  "require*",   "headers", "cdn*",       "font*"};

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::string spaced;
  text = text.substr(0, 400);
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      // camelCase: "baseUrl".
      const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(text[i - 1])) != 0;
      if (std::isupper(c) != 0 && after_lower) spaced += ' ';
      spaced += std::isalnum(c) != 0 ? text[i] : ' ';
      ++i;
      continue;
    }
    int32_t length = 0;
    UChar32 point = 0;
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data() + i);
    U8_NEXT(bytes, length, static_cast<int32_t>(std::min<std::size_t>(4, text.size() - i)), point);
    const bool letter = point >= 0 && (u_isalnum(point) != 0 || u_charType(point) == U_NON_SPACING_MARK);
    if (letter) {
      spaced += text.substr(i, static_cast<std::size_t>(length));
    } else {
      spaced += ' ';
    }
    i += static_cast<std::size_t>(std::max(1, length));
  }
  Words out;
  for (std::string& word : split(fold(spaced), ' ')) {
    if (!word.empty()) out.push_back(std::move(word));
  }
  return out;
}

RoleMatch role_of(std::string_view text) {
  const Words words = words_of(text);
  if (words.empty()) return {};
  const bool url = any_of(words, kUrlWords);
  const bool negated = any_of(words, kNegations);
  constexpr std::string_view kStunWords[] = {"stun", "turn", "stun*"};
  constexpr std::string_view kTextOf[] = {"name", "text", "label", "title"};
  if (any_of(words, kPrivacy)) return {any_of(words, kTextOf) ? Role::kLegal : Role::kPrivacy, negated, 0};
  if (any_of(words, kLegal)) return {Role::kLegal, false, 0};
  if (any_of(words, kStunWords)) return {Role::kStun, negated, 0};
  if (any_of(words, kBigTech)) return {Role::kBigTech, negated, 0};
  if (any_of(words, kChecker)) return {Role::kChecker, false, 0};
  if (any_of(words, kOperator)) {
    if (any_of(words, kKind)) return {Role::kOperatorKind, false, 0};
    return {url ? Role::kOperatorUrl : Role::kOperator, false, 0};
  }
  if (any_of(words, kHoster)) return {url ? Role::kOperatorUrl : Role::kHoster, false, 0};
  if (any_of(words, kCountry)) return {Role::kCountry, false, 0};
  if (any_of(words, kDialIn)) return {Role::kDialIn, negated, 0};
  if (any_of(words, kRecording)) return {Role::kRecording, negated, 0};
  if (any_of(words, kIpLog)) return {Role::kIpLog, negated, 0};
  if (any_of(words, kSoftware)) return {Role::kSoftware, false, 0};
  if (any_of(words, kOther)) return {Role::kOther, false, 0};
  if (any_of(words, kInstance)) {
    // "instance_url" before "url" before "host" before "website", which may as well be the operator's.
    constexpr std::string_view kAddress[] = {"url", "urls", "uri", "href", "adress*", "address*", "indirizz*"};
    const bool plain = any_of(words, kPlainInstance);
    const bool address = any_of(words, kAddress);
    return {Role::kInstance, false, address ? (plain ? 4 : 3) : (plain ? 2 : 1)};
  }
  if (any_of(words, kAccess)) return {Role::kAccess, false, 0};
  if (any_of(words, kName)) return {Role::kName, false, 0};
  return {};
}

bool mentions_jitsi(std::string_view text) {
  return icontains(text, "jitsi") || icontains(text, "jit.si");
}

bool mentions_other_software(std::string_view text) {
  return any_of(words_of(text), kOtherSoftware);
}

Topic topic_of(std::string_view heading) {
  const std::string_view text = trim(skip_decoration(trim(heading)));
  if (text.empty() || !countries_in(text).empty() || is_world_region(text)) return Topic::kNeutral;
  const Words words = words_of(text);
  const bool jitsi = mentions_jitsi(text);
  if (any_of(words, kOtherSoftware) && !jitsi) return Topic::kOther;
  // "List of servers" and "Jitsi list" are lists of servers; "other server lists" is a list of lists.
  constexpr std::string_view kLists[] = {"list", "lists", "listen", "liste*", "lijst*"};
  constexpr std::string_view kMachines[] = {"server*",  "instance*", "instanz*", "instantie*", "istanz*", "instancia*",
                                            "serveur*", "servidor*", "host",     "hosts",      "domain*"};
  constexpr std::string_view kElsewhere[] = {"other", "andere*", "autres",  "altri",
                                             "otros", "misc*",   "further", "weitere*"};
  const bool machines = any_of(words, kMachines);
  if (any_of(words, kLists) && (any_of(words, kElsewhere) || !(machines || jitsi))) return Topic::kOther;
  if (any_of(words, kNoServers) && (any_of(words, kElsewhere) || !machines)) return Topic::kOther;
  if (jitsi) return Topic::kJitsi;
  if (any_of(words, kServers) || !countries_within(text).empty()) return Topic::kNeutral;
  return Topic::kNamed;
}

int list_rank(const std::vector<std::string>& path) {
  int rank = path.empty() ? 2 : 1;
  for (const std::string& name : path) {
    const Words words = words_of(name);
    if (any_of(words, kOtherLists) || any_of(words, kOtherSoftware)) return 0;
    if (mentions_jitsi(name)) {
      rank = 3;
    } else if (rank < 2 && (any_of(words, kServers) || any_of(words, kPlainInstance) || any_of(words, kListNames) ||
                            !countries_in(name).empty())) {
      rank = 2;
    }
  }
  return rank;
}

bool leads_elsewhere(std::string_view label) {
  return any_of(words_of(label), kNoServers);
}

std::string access_of(std::string_view text) {
  const Words words = words_of(text);
  constexpr std::string_view kAccount[] = {"account*", "konto*",      "compte*",       "cuenta*", "login*",
                                           "anmeld*",  "registrier*", "registration*", "inlog*",  "credenziali"};
  constexpr std::string_view kNeeded[] = {
      "require*",    "needed",       "need",      "needs",     "valid",   "necessary", "nötig",
      "notwendig",   "erforderlich", "nur",       "only",      "vereist", "nodig",     "requis*",
      "obligatoire", "nécessaire",   "richiest*", "necesari*", "must",    "with",      "mit"};
  constexpr std::string_view kLimited[] = {"limited",  "restricted", "eingeschränkt*",
                                           "beperkt*", "limité*",    "limitato"};
  if (any_of(words, kAccount)) {
    return any_of(words, kNeeded) && !any_of(words, kNegations) ? "account-to-create" : "";
  }
  return any_of(words, kLimited) ? "limited" : "";
}

std::string no_ip_log_of(std::string_view text) {
  const Words words = words_of(text);
  constexpr std::string_view kLog[] = {"log", "logs", "logging", "protokoll*", "registro*", "gespeichert", "speicher*"};
  constexpr std::string_view kIp[] = {"ip"};
  constexpr std::string_view kAnonymous[] = {"anonymi*", "anonimi*", "geanonimiseerd*"};
  if (!any_of(words, kLog) || !any_of(words, kIp)) return {};
  if (any_of(words, kAnonymous)) return "anonymised";
  return any_of(words, kNegations) ? "yes" : "no";
}

bool announces_operator(std::string_view text) {
  constexpr std::string_view kBy[] = {"by", "von", "vom",       "door",     "par",
                                      "da", "por", "betreiber", "operator", "beheerder"};
  const Words words = words_of(text);
  return !words.empty() && std::find(std::begin(kBy), std::end(kBy), words.back()) != std::end(kBy);
}

bool denies_policy(std::string_view text) {
  const Words words = words_of(text);
  constexpr std::string_view kNone[] = {"no", "kein*", "geen", "sans", "senza", "sin", "ohne", "none", "without"};
  return any_of(words, kPrivacy) && any_of(words, kNone);
}

bool limits(std::string_view remark) {
  constexpr std::string_view kLimits[] = {"only",  "partly",    "partially", "nur",  "teilweise", "alleen",
                                          "deels", "seulement", "partiel*",  "solo", "parzial*",  "solamente"};
  return any_of(words_of(remark), kLimits);
}

Answer answer_of(std::string_view cell) {
  struct Mark {
    std::string_view bytes;
    std::string_view value;
  };
  // U+FE0F (emoji presentation) may follow any of them.
  constexpr std::array<Mark, 22> kMarks = {{{"✅", "yes"},
                                            {"✔", "yes"},
                                            {"☑", "yes"},
                                            {"✓", "yes"},
                                            {"🟢", "yes"},
                                            {"👍", "yes"},
                                            {":white_check_mark:", "yes"},
                                            {":heavy_check_mark:", "yes"},
                                            {"❌", "no"},
                                            {"✖", "no"},
                                            {"✗", "no"},
                                            {"✘", "no"},
                                            {"🔴", "no"},
                                            {"👎", "no"},
                                            {":x:", "no"},
                                            {"⁉", "unsure"},
                                            {"❓", "unsure"},
                                            {"❔", "unsure"},
                                            {"🤷", "unsure"},
                                            {"⚠", "unsure"},
                                            {"?", "unsure"},
                                            {"🟡", "unsure"}}};
  constexpr std::array<std::string_view, 4> kPhones = {"📞", "☎", "☏", "📱"};
  constexpr std::array<std::string_view, 3> kRecords = {"⏺", "🔴 rec", "📹"};
  Answer out;
  std::string text(trim(cell));
  const auto take = [&text](std::string_view mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return false;
    text.replace(at, mark.size(), " ");
    return true;
  };
  for (const std::string_view mark : kPhones) out.dial_in = take(mark) || out.dial_in;
  for (const std::string_view mark : kRecords) out.recording = take(mark) || out.recording;
  for (const Mark& mark : kMarks) {
    if (!take(mark.bytes)) continue;
    if (out.value.empty()) out.value = mark.value;
    out.mark = true;
    if (mark.value == "unsure") out.value = "unsure";
  }
  while (take("\xef\xb8\x8f") || take("\xe2\x83\xa3")) {
  }
  const std::string folded = fold(text);
  std::string_view rest = trim(folded);
  constexpr std::string_view kEdges = " -–—()[].,:;";
  std::string_view bare = trim(skip_decoration(trim(text)));
  while (!bare.empty() && kEdges.find(bare.back()) != std::string_view::npos) bare.remove_suffix(1);
  while (!bare.empty() && kEdges.find(bare.front()) != std::string_view::npos) bare.remove_prefix(1);
  if (out.value.empty()) {
    constexpr std::string_view kYes[] = {"yes", "ja", "oui", "sì", "si", "sí", "y", "x", "true", "1", "wahr"};
    constexpr std::string_view kNo[] = {"no", "nein", "nee", "non", "n", "false", "0", "falsch"};
    const Words words = words_of(bare);
    if (!words.empty() && std::find(std::begin(kYes), std::end(kYes), words.front()) != std::end(kYes)) {
      out.value = "yes";
    } else if (!words.empty() && std::find(std::begin(kNo), std::end(kNo), words.front()) != std::end(kNo)) {
      out.value = "no";
    } else if (!bare.empty() && !rest.empty()) {
      out.value = "text";
    }
    if (words.size() == 1 && out.value != "text") return out;
  }
  out.remark = printable(bare);
  return out;
}

}  // namespace meetlat
