// Parties as the instance's pages have them: markup, style sheets, headers, inline scripts, web manifest.
#include <fmt/format.h>

#include <deque>
#include <set>

#include "base/document.h"
#include "base/text.h"
#include "probes/party_book.h"
#include "probes/support.h"
#include "proto/allowed_hosts.h"
#include "proto/js_strings.h"

namespace meetlat::probes {

namespace {

// A stock page has one style sheet. More than that is read only up to this number.
constexpr std::size_t kMostSheets = 4;

// The id of the mechanism by which markup leads to a resource; "" for what is no contact.
std::string_view mechanism_of(std::string_view element) {
  if (element.starts_with("noscript:")) return "without-scripts";
  if (element.starts_with("template:")) return "template";
  if (element == "form") return "form";
  if (element == "script" || element == "link:modulepreload") return "script";
  if (element == "iframe" || element == "frame" || element == "object" || element == "embed") return "frame";
  if (element == "css") return "style-url";
  if (element == "link:preconnect") return "preconnect";
  if (element == "link:dns-prefetch") return "name-look-up";
  if (element == "link:preload" || element == "link:prefetch" || element == "link:prerender") return "preload";
  return "resource";
}

bool is_javascript(const std::string& type) {
  return type.empty() || type == "module" || icontains(type, "javascript") || icontains(type, "ecmascript");
}

// The names of XML's vocabularies look like addresses and are none.
bool is_namespace(std::string_view url) {
  return starts_with_i(url, "http://www.w3.org/") || starts_with_i(url, "https://www.w3.org/");
}

class PageReader {
 public:
  PageReader(Session& session, PartyBook& book) : session_(session), book_(book) {}

  void read(const Exchange& page, const HtmlDocument& html) {
    page_ = &page;
    base_ = page.final_url;
    if (!html.base_href.empty()) {
      if (const Result<Url> base = base_.resolve(html.base_href)) base_ = *base;
    }
    for (const HtmlResource& resource : html.resources) markup(resource);
    if (!html.meta_refresh.empty()) add("refresh", base_.resolve(html.meta_refresh), "meta refresh");
    policy(html.csp, "policy", "meta Content-Security-Policy");
    headers();
    bool manifest = false;
    for (const HtmlScript& script : html.scripts) {
      manifest = manifest || script.text.find("/manifest.json") != std::string::npos;
    }
    // The client's own script sets the address of the manifest.
    if (manifest && manifests_.empty()) queue_manifest(page.final_url.with_path("/manifest.json"));
  }

  void read_style_sheets() {
    std::size_t fetched = 0;
    while (!sheets_.empty()) {
      if (fetched == kMostSheets || session_.cancelled()) {
        book_.add_unknown(PartyClass::kLoaded, Error{ErrorCode::kNotAttempted,
                                                     fmt::format("{} style sheets were not read", sheets_.size())});
        return;
      }
      const Url url = sheets_.front();
      sheets_.pop_front();
      ++fetched;
      style_sheet(url);
    }
  }

  void read_manifests() {
    for (const Url& url : manifests_) manifest(url);
  }

 private:
  Provenance seen(std::string_view what) const {
    return probes::seen(page_->final_url.str(), what, check(), page_->at);
  }
  std::string check() const { return curl_body(page_->final_url); }

  void add(std::string_view mechanism, const Result<Url>& url, std::string_view what) {
    if (url) book_.add(mechanism, url->host(), seen(fmt::format("{} {}", what, excerpt(url->str(), 150))));
  }

  bool is_own(const Url& url) const { return same_owner(url.host(), book_.settings().base().host()); }

  void queue_sheet(const Url& url) {
    if (known_sheets_.insert(url.str()).second) sheets_.push_back(url);
  }

  void queue_manifest(const Url& url) {
    if (manifests_.size() < 2) manifests_.push_back(url);
  }

  void markup(const HtmlResource& resource) {
    const Result<Url> url = base_.resolve(resource.url);
    if (!url) return;
    add(mechanism_of(resource.element), url, fmt::format("<{}>", resource.element));
    if (!is_own(*url)) return;
    if (resource.element == "link:stylesheet") queue_sheet(*url);
    if (resource.element == "link:manifest") queue_manifest(*url);
  }

  void headers() {
    for (const std::string& value : page_->all_headers("link")) {
      for (const LinkValue& link : parse_link_header(value)) linked(link);
    }
    for (const std::string& value : page_->all_headers("content-security-policy")) {
      policy(value, "policy", "Content-Security-Policy");
    }
    for (const std::string& value : page_->all_headers("content-security-policy-report-only")) {
      policy(value, "policy-trial", "Content-Security-Policy-Report-Only");
    }
    for (const std::string& value : page_->all_headers("feature-policy"))
      policy(value, "permissions", "Feature-Policy");
    quoted("permissions-policy", "permissions");
    quoted("report-to", "reports");
    quoted("reporting-endpoints", "reports");
  }

  void linked(const LinkValue& link) {
    const Result<Url> url = base_.resolve(link.url);
    for (const std::string& rel : link.rel) {
      const std::string what = "Link: rel=" + excerpt(rel, 30);
      if (rel == "preconnect") add("preconnect", url, what);
      if (rel == "dns-prefetch") add("name-look-up", url, what);
      if (rel == "stylesheet" || rel == "preload" || rel == "modulepreload" || rel == "prefetch" || rel == "icon") {
        add("link-header", url, what);
      }
      if (rel == "stylesheet" && url && is_own(*url)) queue_sheet(*url);
    }
  }

  // Who may embed the page, and where its relative addresses start, is no contact.
  void policy(std::string_view text, std::string_view mechanism, std::string_view header) {
    for (const PolicySource& source : parse_policy_sources(text)) {
      if (source.directive == "frame-ancestors" || source.directive == "base-uri") continue;
      const Provenance where = seen(fmt::format("{}: {} {}", header, source.directive, excerpt(source.source, 120)));
      if (source.directive == "report-uri") {
        const Result<Url> url = page_->final_url.resolve(source.source);
        if (url) book_.add("reports", url->host(), where);
        continue;
      }
      const std::string host = source_host(source.source);
      if (host == "*") {
        book_.allow_everybody(where);
      } else {
        book_.add(mechanism, host, where);
      }
    }
  }

  void quoted(std::string_view header, std::string_view mechanism) {
    for (const std::string& value : page_->all_headers(header)) {
      for (const std::string& text : quoted_urls(value)) add(mechanism, Url::parse(text), header);
    }
  }

  void style_sheet(const Url& url) {
    const Result<ExchangePtr> got = session_.get(url);
    if (!got) return book_.add_unknown(PartyClass::kLoaded, got.error());
    const Exchange& sheet = **got;
    // Browsers take no page for a style sheet, and many servers answer every path with their page.
    if (sheet.status != 200 || sheet.media_type() == "text/html") return;
    if (sheet.truncated) {
      book_.add_unknown(PartyClass::kLoaded,
                        Error{ErrorCode::kTooLarge, sheet.final_url.str() + " was not read whole"});
    }
    for (const CssReference& reference : css_references(sheet.body)) {
      const Result<Url> target = sheet.final_url.resolve(reference.url);
      if (!target) continue;
      const Provenance where = probes::seen(
          sheet.final_url.str(), fmt::format("{} in {}", excerpt(target->str(), 110), sheet.final_url.path()),
          curl_body(sheet.final_url), sheet.at);
      book_.add(reference.import ? "style-import" : "style-url", target->host(), where);
      if (reference.import && is_own(*target)) queue_sheet(*target);
    }
  }

  // Pictures are fetched, and other addresses opened, once somebody installs the page as an app.
  void manifest(const Url& url) {
    const Result<ExchangePtr> got = session_.get(url);
    if (!got || (*got)->status != 200) return;
    const Exchange& file = **got;
    const Result<Doc> doc = read_json(file.body, DocLimits{16, 5'000});
    if (!doc) return;
    for (const char* list : {"icons", "screenshots", "shortcuts", "related_applications"}) {
      const Doc* items = doc->find(list);
      if (items == nullptr || items->seq() == nullptr) continue;
      for (const Doc& item : *items->seq()) {
        for (const char* key : {"src", "url"}) manifest_address(item.find(key), file, list);
      }
    }
    manifest_address(doc->find("start_url"), file, "start_url");
  }

  void manifest_address(const Doc* value, const Exchange& file, std::string_view what) {
    if (value == nullptr || value->string() == nullptr) return;
    const Result<Url> url = file.final_url.resolve(*value->string());
    if (!url) return;
    book_.add("installed", url->host(),
              probes::seen(file.final_url.str(), fmt::format("{} {}", what, excerpt(url->str(), 150)),
                           curl_body(file.final_url), file.at));
  }

  Session& session_;
  PartyBook& book_;
  const Exchange* page_ = nullptr;
  Url base_;
  std::deque<Url> sheets_;
  std::set<std::string> known_sheets_;
  std::vector<Url> manifests_;
};

void add_strings(std::string_view script, const Exchange& where, PartyBook& book) {
  for (const std::string& text : script_urls(script)) {
    if (is_namespace(text)) continue;
    book.add("text", host_of(text), seen(where.final_url.str(), text, curl_body(where.final_url), where.at));
  }
}

void add_strings(const HtmlDocument& html, const Exchange& where, PartyBook& book) {
  for (const HtmlScript& script : html.scripts) {
    if (is_javascript(script.type)) add_strings(script.text, where, book);
  }
}

}  // namespace

void read_script_hints(Session& session, PartyBook& book) {
  const Landing& landing = *session.landing();
  add_strings(landing.html, *landing.exchange, book);
  if (const ClientPage client = client_page(session); !client.is_landing) {
    if (const Result<HtmlDocument> html = parse_html(client.exchange->body)) add_strings(*html, *client.exchange, book);
  }
  // Settings files beside the page are scripts that the client loads.
  for (const std::string& source : session.configuration().sources) {
    if (source.ends_with(" (inlined)")) continue;
    const Result<Url> url = Url::parse(source);
    const Result<ExchangePtr> got = url ? session.get(*url) : Result<ExchangePtr>(fail(url.error()));
    if (got && (*got)->status == 200) add_strings((*got)->body, **got, book);
  }
}

void read_page_parties(Session& session, PartyBook& book) {
  const Landing& landing = *session.landing();
  PageReader reader(session, book);
  reader.read(*landing.exchange, landing.html);
  if (const ClientPage client = client_page(session); !client.is_landing) {
    if (const Result<HtmlDocument> html = parse_html(client.exchange->body)) reader.read(*client.exchange, *html);
  }
  reader.read_style_sheets();
  reader.read_manifests();
}

}  // namespace meetlat::probes
