// Files of a configuration that is not deployed: which is which, for which host, and what must not be said of them.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "probes/jitsi_builds.h"
#include "probes/probe.h"
#include "probes/support.h"
#include "proto/html.h"
#include "proto/js_config.h"
#include "proto/js_syntax.h"
#include "scan/offline.h"

namespace meetlat {
namespace {

constexpr std::string_view kNoHost = "host-not-told.invalid";  // a name of nobody's, so that nothing seems own

bool is_page(std::string_view bytes) {
  const std::string_view start = trim(bytes.substr(0, 4096));
  if (!start.starts_with('<') || start.starts_with("<!--#"))
    return starts_with_i(start, "<!--#include") && icontains(bytes, "<body");
  return icontains(bytes.substr(0, 200'000), "<html") || icontains(bytes, "<script") || icontains(bytes, "<body");
}

struct Sorted {
  NamedFile file;
  bool page = false;
  bool config = false;            // makes the whole object
  bool interface_config = false;  // likewise
  std::vector<std::string> problems;
};

// Does the text seem to make that object? For files that cannot be read well enough to be sure.
bool seems_to_make(const std::string& text, const char* object) {
  return re2::RE2::PartialMatch(text, fmt::format(R"((?:^|[^.\w$])(?:window\.)?{}\s*=[^=>])", object));
}

// What the file is. A script is what assigns one of the two objects, or members of them.
Result<Sorted> sort_out(NamedFile file) {
  Sorted sorted{std::move(file), false, false, false, {}};
  if (is_page(sorted.file.bytes)) {
    sorted.page = true;
    return sorted;
  }
  JsConfigReader reader;
  const bool read = reader.read(sorted.file.bytes, 0);
  const JsConfig config = reader.config();
  const JsConfig interface_config = reader.interface_config();
  sorted.config = config.found_object();
  sorted.interface_config = interface_config.found_object();
  sorted.problems = config.problems();
  const std::optional<JsFault> fault = js_fault(sorted.file.bytes);
  if (fault) {
    sorted.problems = {fmt::format("line {}: browsers do not run this file: {}", fault->line, fault->what)};
  }
  if (fault || !sorted.problems.empty()) {
    sorted.config = sorted.config || seems_to_make(sorted.file.bytes, "config");
    sorted.interface_config = sorted.interface_config || seems_to_make(sorted.file.bytes, "interfaceConfig");
  }
  if (read) return sorted;
  std::string why = "neither a config.js nor an interface_config.js nor a page of Jitsi Meet";
  if (!sorted.problems.empty()) why += "; " + sorted.problems.front();
  return fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", printable(sorted.file.name), why));
}

// A host name that a browser could open. Containers have names that mean nothing outside.
std::string public_host(std::string_view text) {
  const Result<std::string> host = normalise_host(text);
  if (!host || host->ends_with(".meet.jitsi") || *host == "meet.jitsi" || is_ip_literal(*host)) return {};
  const std::string domain = registrable_domain(*host);
  if (domain == "example.com" || domain == "example.org" || domain == "example.net") return {};
  return *host;
}

struct Named {
  std::string host;
  std::string from;
};

// As the settings have it: hosts.domain, or else where the client is to connect.
Named host_of_settings(const std::vector<Sorted>& files) {
  JsConfigReader reader;
  for (const Sorted& file : files) {
    std::vector<std::string> ignored;
    const std::string text = mark_placeholders(file.file, {}, ignored);
    if (!file.page) {
      reader.read(text, 0);
      continue;
    }
    const Result<HtmlDocument> html = parse_html(text);
    for (std::size_t i = 0; html && i < html->scripts.size(); ++i) reader.read(html->scripts[i].text, 0);
  }
  const JsConfig config = reader.config();
  Named named;
  for (const char* path : {"hosts.domain", "bosh", "websocket"}) {
    const Setting setting = config.find(path);
    if (setting.state != Setting::State::kValue || setting.value->kind != JsValue::Kind::kString) continue;
    const std::string text =
        std::string_view(path) == "hosts.domain" ? setting.value->string : probes::host_of(setting.value->string);
    std::string host = public_host(text);
    if (host.empty()) continue;
    // Of two organisations' names nobody can tell here which one is the third party.
    if (!named.host.empty() && !same_site(named.host, host)) return {};
    if (named.host.empty()) named = {std::move(host), path};
  }
  return named;
}

// "?v=" of the client for what the user calls its build. Web builds and releases overlap as numbers.
Result<std::string> web_build(std::string_view text) {
  if (text.empty()) return std::string();
  const auto wrong = [&](std::string_view why) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("--build {}: {}", printable(text), why));
  };
  bool release = false;
  std::string_view digits = text;
  for (const std::string_view lead : {"stable-", "2.0."}) {
    if (!digits.starts_with(lead)) continue;
    release = true;
    digits = digits.substr(lead.size(), digits.find('-', lead.size()) - lead.size());
  }
  const bool web = digits.starts_with("1.0.");
  if (web) digits = digits.substr(4, digits.find('-', 4) - 4);
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number <= 0) {
    return wrong("give the number behind ?v= in the page (9268), or a release (stable-11031)");
  }
  const Result<probes::BuildTable>& table = probes::BuildTable::bundled();
  if (!table) return fail(table.error());
  const probes::BuildRow* row = table->find(probes::Release{number});
  const bool is_web = std::any_of(table->rows().begin(), table->rows().end(),
                                  [&](const probes::BuildRow& each) { return each.web && each.web->number == number; });
  if (web || (!release && is_web && row == nullptr)) return std::to_string(number);
  if (!release && is_web) return wrong("both a web build and a release; say 1.0.N or stable-N");
  if (row == nullptr && release) return wrong("no release of the table of builds");
  if (row == nullptr) return std::to_string(number);  // between two releases: the probes know what that means
  if (!row->web) return wrong("the web build of that release is not in the table; give the number behind ?v=");
  return std::to_string(row->web->number);
}

// A page of the client's for settings that come without one. Nothing is concluded from it but the build.
std::string stand_in_page(const std::string& build) {
  const std::string query = build.empty() ? "" : "?v=" + build;
  return fmt::format(
      "<!doctype html><html><head><script src=\"libs/lib-jitsi-meet.min.js{0}\"></script>"
      "<script src=\"libs/app.bundle.min.js{0}\"></script></head><body></body></html>",
      query);
}

// Pages as they are installed get the settings put in by the web server. Returns the other includes, with lines.
std::vector<std::string> resolve_includes(const NamedFile& file, std::string& html) {
  static const re2::RE2 kInclude(R"re((<!--#\s*include\s+virtual="([^"\n]*)"[^\n]*?-->))re");
  std::vector<std::string> open;
  std::string out;
  re2::StringPiece rest = html;
  re2::StringPiece whole;
  re2::StringPiece name;
  std::size_t copied = 0;
  std::size_t line = 1;
  while (re2::RE2::FindAndConsume(&rest, kInclude, &whole, &name)) {
    const auto begin = static_cast<std::size_t>(whole.data() - html.data());
    line += static_cast<std::size_t>(std::count(html.begin() + static_cast<std::ptrdiff_t>(copied),
                                                html.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    out += html.substr(copied, begin - copied);
    copied = begin + whole.size();
    if (!std::string_view(name.data(), name.size()).ends_with("config.js"))
      open.push_back(fmt::format("{}:{} {}", printable(file.name), line, excerpt({name.data(), name.size()})));
  }
  html = out + html.substr(copied);
  return open;
}

// Settings that a page carries itself.
bool inlines_config(const std::string& page) {
  const Result<HtmlDocument> html = parse_html(page);
  if (!html) return false;
  JsConfigReader reader;
  for (const HtmlScript& script : html->scripts) reader.read(script.text, 0);
  return reader.config().found_object();
}

// Files that follow each other in what a browser would get as one.
struct Joined {
  struct Part {
    std::string name;
    int first_line = 1;
  };
  std::vector<Part> parts;

  // `text` is what stands there already.
  void add(const std::string& name, const std::string& text) {
    parts.push_back(
        {name == "-" ? "standard input" : name, 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'))});
  }
  // "deb-config.js line 12" for a line of the whole.
  std::string place(int line) const {
    auto part = std::find_if(parts.rbegin(), parts.rend(), [&](const Part& each) { return each.first_line <= line; });
    if (part == parts.rend()) return fmt::format("line {}", line);
    return fmt::format("{} line {}", printable(part->name), line - part->first_line + 1);
  }
};

struct Places {
  std::vector<std::string> problems;  // each with its file and line
  Joined config;
  Joined interface_config;

  // Names of what a browser asks for become names of the user's files.
  std::string in_files(const std::string& text) const {
    static const re2::RE2 kPlace(R"((?:^|[^\w./-])(((?:https://[^\s,]*/)?(interface_)?config\.js) line (\d{1,9})))");
    std::string out;
    re2::StringPiece rest = text;
    re2::StringPiece whole;
    re2::StringPiece file;
    re2::StringPiece of_interface;
    int line = 0;
    std::size_t copied = 0;
    while (re2::RE2::FindAndConsume(&rest, kPlace, &whole, &file, &of_interface, &line)) {
      const auto begin = static_cast<std::size_t>(whole.data() - text.data());
      out += text.substr(copied, begin - copied) + (of_interface.empty() ? config : interface_config).place(line);
      copied = begin + whole.size();
    }
    return out + text.substr(copied);
  }
};

// Which of the user's files stand for what a browser would get.
struct Names {
  std::string config;
  std::string interface_config;
  std::string page;
};

Names names_of(const std::vector<Sorted>& files) {
  Names names;
  for (const Sorted& each : files) {
    std::string& name = each.page                               ? names.page
                        : each.interface_config && !each.config ? names.interface_config
                                                                : names.config;
    name += (name.empty() ? "" : " + ") + (each.file.name == "-" ? "standard input" : each.file.name);
  }
  if (names.config.empty()) names.config = names.page;
  return names;
}

// Everything that is said of the files, once the probes have read them.
class Cleaner {
 public:
  Cleaner(const FilesReading& reading, Names names, bool has_page, bool has_build, bool has_config,
          std::string open_includes, Places places)
      : reading_(reading),
        names_(std::move(names)),
        places_(std::move(places)),
        has_page_(has_page),
        has_build_(has_build),
        has_config_(has_config),
        open_includes_(std::move(open_includes)) {}

  // The same fact in the words of files, or not measured where only the host or a file that is not there could tell.
  Fact clean(Fact fact) const {
    fact.provenance.check.clear();
    if (!fact.measured()) {
      fact.value = fail(offline_words(fact.value.error()));
      fact.value.error().context = places_.in_files(fact.value.error().context);
      if (fact.value.error().code == ErrorCode::kOffline) fact.provenance.excerpt.clear();
    } else if (const std::optional<Error> why = untold(fact)) {
      fact.value = fail(*why);
      fact.provenance.excerpt.clear();
    } else {
      name_files(fact);
    }
    fact.provenance.where = with_names(fact.provenance.where);
    fact.provenance.excerpt = places_.in_files(fact.provenance.excerpt);
    return fact;
  }

 private:
  static Error offline_words(const Error& error) {
    if (error.code == ErrorCode::kUnsupported || error.code == ErrorCode::kOffline) return {ErrorCode::kOffline, ""};
    if (error.context.find("the page shows no version") != std::string::npos) {
      return {ErrorCode::kOffline, "the build of the client was not given (--build)"};
    }
    return error;
  }

  std::optional<Error> untold(const Fact& fact) const {
    const std::string_view path = fact.path;
    const auto* list = std::get_if<std::vector<std::string>>(&*fact.value);
    if (path == "jitsi.config.readable" && !has_config_) return Error{ErrorCode::kOffline, "no config.js was given"};
    if (path == "jitsi.present") return std::nullopt;
    const bool of_build = path.starts_with("jitsi.build.") || path == "e2ee.format_current";
    const bool of_page = fact.provenance.where == reading_.site.base.str();
    if (of_page && !has_page_ && !(of_build && has_build_)) return Error{ErrorCode::kOffline, "no page was given"};
    if (path == "parties.loaded" && list != nullptr && list->empty() && !open_includes_.empty()) {
      return Error{ErrorCode::kOffline, "the page includes what was not given: " + open_includes_};
    }
    const bool of_others = path.find("third_party") != std::string_view::npos || path.starts_with("parties.");
    if (reading_.host.empty() && list != nullptr && !list->empty() && of_others) {
      return Error{ErrorCode::kNotAttempted,
                   fmt::format("whose {} is cannot be told without --host", excerpt(join(*list, ", "), 150))};
    }
    return std::nullopt;
  }

  // Every place is a URL below the base, or several.
  std::string with_names(const std::string& where) const {
    const Url& base = reading_.site.base;
    std::vector<std::string> out;
    for (std::size_t begin = 0; begin < where.size();) {
      const std::size_t end = std::min(where.find(", ", begin), where.size());
      const std::string_view part = std::string_view(where).substr(begin, end - begin);
      if (part.ends_with("/interface_config.js")) {
        out.push_back(names_.interface_config);
      } else if (part.ends_with("/config.js")) {
        out.push_back(names_.config);
      } else if (part.find("config.js line ") != std::string_view::npos) {
        out.push_back(places_.in_files(std::string(part)));
      } else if (part == base.str() || part.ends_with(" (inlined)")) {
        out.push_back(names_.page);
      }
      begin = end + 2;
    }
    return join(out, ", ");
  }

  void name_files(Fact& fact) const {
    if (fact.path == "jitsi.config.sources") fact.value = Value(reading_.names);
    if (fact.path != "jitsi.config.problems" || places_.problems.empty()) return;
    fact.value = Value(places_.problems);
    fact.provenance.excerpt = excerpt(join(places_.problems, "; "));
  }

  const FilesReading& reading_;
  Names names_;
  Places places_;
  bool has_page_;
  bool has_build_;
  bool has_config_;
  std::string open_includes_;
};

// Facts that nobody put: what all the other probes would have asked the host.
void add_offline(Evidence& evidence) {
  for (const Probe* probe : all_probes()) {
    for (const FactSpec& fact : probe->info().facts) {
      if (evidence.find(fact.path).empty()) {
        evidence.not_measured(fact, Subject::target(), {ErrorCode::kOffline, ""});
      }
    }
  }
}

std::string words_for(const FilesReading& reading, const std::string& from) {
  const std::string files = printable(join(reading.names, ", "));
  if (reading.host.empty()) return files + ", for a host that is not told";
  return fmt::format("{}, read for {}{}", files, reading.host, from.empty() ? "" : " (as " + from + " has it)");
}

// Puts the sorted files where a browser would find them.
Result<std::string> assemble(const std::vector<Sorted>& files, const std::string& build, FilesReading& reading,
                             Places& places) {
  OfflineSite& site = reading.site;
  std::string open_includes;
  bool has_page = false;
  for (const Sorted& each : files) {
    std::string text = mark_placeholders(each.file, reading.host, reading.notes);
    for (const std::string& problem : each.problems) {
      reading.notes.push_back(fmt::format("{}: {}", printable(each.file.name), problem));
      places.problems.push_back(reading.notes.back());
    }
    if (each.page) {
      if (has_page) return fail(ErrorCode::kInvalidArgument, printable(each.file.name) + ": a second page; give one");
      has_page = true;
      open_includes = join(resolve_includes(each.file, text), ", ");
      site.page = std::move(text);
    } else if (each.interface_config && !each.config) {
      places.interface_config.add(each.file.name, site.interface_config_js);
      site.interface_config_js += text + "\n";
    } else {
      places.config.add(each.file.name, site.config_js);
      site.config_js += text + "\n";
    }
  }
  if (!has_page) site.page = stand_in_page(build);
  if (has_page && !site.config_js.empty() && inlines_config(site.page)) {
    reading.notes.emplace_back("the page carries settings of its own, which clients take; the other file is not read");
  }
  return open_includes;
}

}  // namespace

Result<FilesReading> read_files(std::span<const NamedFile> files, const FilesChoice& choice,
                                const std::stop_token& stop) {
  FilesReading reading;
  const Result<std::string> build = web_build(choice.build);
  if (!build) return fail(build.error());
  std::vector<Sorted> sorted;
  for (const NamedFile& file : files) {
    Result<Sorted> one = sort_out(file);
    if (!one) return fail(one.error());
    reading.names.push_back(file.name == "-" ? "standard input" : file.name);
    sorted.push_back(*std::move(one));
  }
  const auto any = [&](auto what) { return std::any_of(sorted.begin(), sorted.end(), what); };
  const bool has_page = any([](const Sorted& each) { return each.page; });
  const bool whole = any([](const Sorted& each) { return each.config || each.interface_config || each.page; });
  if (!whole) {
    return fail(ErrorCode::kInvalidArgument,
                "only additions to a configuration (config.KEY = ...); give the file that they are added to as well");
  }
  Named named{choice.host, "--host"};
  if (choice.host.empty()) {
    named = host_of_settings(sorted);
  } else if (const Result<std::string> host = normalise_host(choice.host); host) {
    named.host = *host;
  } else {
    return fail(ErrorCode::kInvalidArgument, "--host " + host.error().context);
  }
  reading.host = named.host;
  reading.words = words_for(reading, choice.host.empty() ? named.from : "");
  const Result<Url> base = Url::parse(fmt::format("https://{}/", named.host.empty() ? kNoHost : named.host));
  if (!base) return fail(base.error());
  reading.site.base = *base;
  if (named.host.empty()) {
    reading.notes.emplace_back("the files do not name one host; without --host it cannot be told who is a third party");
  }
  Places places;
  const Result<std::string> open_includes = assemble(sorted, *build, reading, places);
  if (!open_includes) return fail(open_includes.error());
  const bool has_config = any([](const Sorted& each) { return each.config; }) || inlines_config(reading.site.page);
  const Evidence raw = read_site(reading.site, stop);
  const Cleaner cleaner(reading, names_of(sorted), has_page, !build->empty(), has_config, *open_includes,
                        std::move(places));
  for (const Fact& fact : raw.all()) reading.evidence.insert(cleaner.clean(fact));
  add_offline(reading.evidence);
  return reading;
}

}  // namespace meetlat
