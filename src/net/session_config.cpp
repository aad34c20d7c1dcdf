// Which configuration the client would use: the copy that the server inlined into the page; only without one the
// separate file (clients since build 11031 fetch it themselves then, older ones would not start).
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "net/redact.h"
#include "net/session.h"
#include "net/session_memo.h"
#include "proto/js_syntax.h"

namespace meetlat {

namespace {

bool is_javascript(const std::string& type) {
  return type.empty() || type == "module" || icontains(type, "javascript") || icontains(type, "ecmascript");
}

// Where the client's relative URLs start: <base> when it stays on the origin, else the folder of the page.
Url base_of(const Landing& landing) {
  const Url& page = landing.exchange->final_url;
  if (!landing.html.base_href.empty()) {
    const Result<Url> base = page.resolve(landing.html.base_href);
    if (base && base->origin() == page.origin()) return *base;
  }
  return page;
}

// Why no browser runs a script that would make a configuration; "" for scripts that do run, and all others.
std::string stillborn(std::string_view script, int first_line, std::string_view name) {
  const std::optional<JsFault> fault = js_fault(script, first_line);
  if (!fault || !JsConfigReader().read(script, 0)) return {};
  return fmt::format("{} line {}: {}, so browsers do not run it", name, fault->line, fault->what);
}

// Sources as they are read, with the reason of the last one that was no configuration.
class Reading {
 public:
  explicit Reading(Session& session) : session_(session) {}

  void inlined(const Landing& landing) {
    bool noted = false;
    const std::string_view body = landing.exchange->body;
    std::size_t counted = 0;
    int line = 1;  // of the page, where the script begins
    for (const HtmlScript& script : landing.html.scripts) {
      const std::size_t begin = std::min(script.offset, body.size());
      if (begin < counted) counted = 0, line = 1;
      line += static_cast<int>(std::count(body.begin() + static_cast<std::ptrdiff_t>(counted),
                                          body.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
      counted = begin;
      if (!is_javascript(script.type)) continue;
      if (std::string why = stillborn(script.text, line, "page"); !why.empty()) {
        broken_ = Error{ErrorCode::kNotUnderstood, std::move(why)};
        continue;
      }
      if (!reader_.read(script.text, 0, line)) continue;
      if (!noted) sources_.push_back(landing.exchange->final_url.str() + " (inlined)");
      noted = true;
    }
  }

  // The file of that name beside the page. False when nothing could be read from it.
  bool separate(const Url& base, std::string_view name) {
    const Result<Url> url = base.resolve(name);
    if (!url) return refuse(url.error());
    const Result<ExchangePtr> got = session_.get(*url);
    if (!got) return refuse(got.error());
    const Exchange& file = **got;
    const std::string where = redact_url(file.final_url.str());
    if (file.status != 200) return refuse({ErrorCode::kHttpStatus, fmt::format("{}: status {}", where, file.status)});
    if (std::string why = stillborn(file.body, 1, name); !why.empty()) {
      return refuse({ErrorCode::kNotUnderstood, std::move(why)});
    }
    // Many servers answer every path with their page, so the content decides and not the status.
    if (!reader_.read(file.body, static_cast<int>(sources_.size()))) {
      const std::string type = file.media_type();
      return refuse({ErrorCode::kNotUnderstood, fmt::format("{}: {} that assigns no configuration", where,
                                                            type.empty() ? "content" : excerpt(type, 60))});
    }
    sources_.push_back(file.final_url.str());
    return true;
  }

  bool has_config() const { return reader_.config().found_object(); }
  bool has_interface_config() const { return reader_.interface_config().found_object(); }
  // A file that is not there explains less than settings in the page that are there and do not run.
  const Error& refusal() const noexcept { return broken_ ? *broken_ : refusal_; }

  Configuration finish(Error why_not) {
    Configuration result;
    result.config = reader_.config();
    result.interface_config = reader_.interface_config();
    result.sources = std::move(sources_);
    result.readable = result.config.found_object();
    if (!result.readable) result.why_not = std::move(why_not);
    return result;
  }

 private:
  bool refuse(Error error) {
    refusal_ = std::move(error);
    return false;
  }

  Session& session_;
  JsConfigReader reader_;
  std::vector<std::string> sources_;
  Error refusal_{};
  std::optional<Error> broken_;  // settings in the page that no browser runs
};

}  // namespace

Configuration Session::read_configuration() {
  Reading reading(*this);
  const Result<ExchangePtr> page = get(target_.base);
  if (!page) return reading.finish(page.error());
  Url base = (*page)->final_url;
  if (const Result<Landing>& page_read = landing(); page_read) {
    reading.inlined(*page_read);
    base = base_of(*page_read);
  }
  Error why_not{};
  if (!reading.has_config()) {
    if (!reading.separate(base, "config.js")) {
      why_not = reading.refusal();
    } else if (!reading.has_config()) {
      why_not = {ErrorCode::kNotUnderstood, "config.js assigns no whole configuration object"};
    }
  }
  if (!reading.has_interface_config()) (void)reading.separate(base, "interface_config.js");
  return reading.finish(std::move(why_not));
}

}  // namespace meetlat
