// HAR 1.2: what was asked of each host and what came back, from the transcript that the Run keeps. It was redacted
// before it was stored. Requests of HTTP and WebSocket are entries; DNS questions and TLS hellos, which that format
// does not know, stand in a member of the page (names that begin with "_" are free).
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "model/run.h"
#include "report/json_text.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/summary.h"
#include "report/view.h"
#include "report/writers.h"

namespace meetlat {
namespace {

std::string shown(std::string_view text) {
  return printable(mask_mail(text));
}

// "200 text/html 5120 bytes sha256:... -> https://..." taken apart (net/session.cpp writes it).
struct Answer {
  int status = 0;  // 0: none came
  std::string type;
  std::int64_t size = 0;
  std::string digest;
  std::string redirect;
};

template <class Number>
bool read_number(std::string_view text, Number& into) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), into);
  return fault == std::errc{} && end == text.data() + text.size();
}

Answer read_answer(std::string_view text) {
  Answer answer;
  const std::size_t first = std::min(text.find(' '), text.size());
  if (first != 3 || !read_number(text.substr(0, first), answer.status)) return answer;
  std::string_view rest = text.substr(std::min(first + 1, text.size()));
  if (answer.status >= 300 && answer.status < 400) {
    if (const std::size_t arrow = rest.rfind(" -> "); arrow != std::string_view::npos) {
      answer.redirect = shown(rest.substr(arrow + 4));
      rest = rest.substr(0, arrow);
    }
  }
  if (const std::size_t digest = rest.rfind(" sha256:"); digest != std::string_view::npos) {
    answer.digest = shown(rest.substr(digest + 1));
    rest = rest.substr(0, digest);
  }
  if (!rest.ends_with(" bytes")) return answer;
  rest.remove_suffix(6);
  const std::size_t space = rest.rfind(' ');
  if (space == std::string_view::npos || !read_number(rest.substr(space + 1), answer.size)) return answer;
  answer.type = shown(rest.substr(0, space));
  if (answer.type == "-") answer.type.clear();
  return answer;
}

// "192.0.2.1:443" or "[2001:db8::1]:443" without the port.
std::string address_of(std::string_view peer) {
  const std::size_t colon = peer.rfind(':');
  std::string_view address = peer.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return printable(address);
}

Json query_of(std::string_view url) {
  Json out = Json::array();
  const std::size_t mark = url.find('?');
  if (mark == std::string_view::npos) return out;
  for (const std::string& part : split(url.substr(mark + 1, url.find('#', mark) - mark - 1), '&')) {
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    out.push_back({{"name", part.substr(0, equals)}, {"value", equals < part.size() ? part.substr(equals + 1) : ""}});
  }
  return out;
}

Json request_json(const TranscriptEntry& entry) {
  const std::size_t space = std::min(entry.request.find(' '), entry.request.size());
  std::string_view url = std::string_view(entry.request).substr(std::min(space + 1, entry.request.size()));
  std::string_view remark;
  if (const std::size_t end = url.find(' '); end != std::string_view::npos) {
    remark = url.substr(end + 1);
    url = url.substr(0, end);
  }
  const std::string method = entry.kind == "websocket" ? "GET" : shown(entry.request.substr(0, space));
  const std::string address = shown(url);
  Json out = {{"method", method},         {"url", address},
              {"httpVersion", ""},        {"cookies", Json::array()},
              {"headers", Json::array()}, {"queryString", query_of(address)},
              {"headersSize", -1},        {"bodySize", method == "GET" ? 0 : -1}};
  if (!remark.empty()) out["comment"] = shown(remark);
  return out;
}

Json response_json(const TranscriptEntry& entry, const Answer& answer) {
  Json content = {{"size", answer.size}, {"mimeType", answer.type.empty() ? "x-unknown" : answer.type}};
  if (!answer.digest.empty()) content["comment"] = answer.digest;
  Json out = {
      {"status", answer.status},        {"statusText", ""},         {"httpVersion", ""},
      {"cookies", Json::array()},       {"headers", Json::array()}, {"content", std::move(content)},
      {"redirectURL", answer.redirect}, {"headersSize", -1},        {"bodySize", entry.bytes > 0 ? entry.bytes : -1}};
  if (answer.status == 0) out["comment"] = shown(entry.answer);
  return out;
}

Json entry_json(const TranscriptEntry& entry, const std::string& page) {
  const std::int64_t taken = std::max<std::int64_t>(0, entry.milliseconds);
  Json out = {{"pageref", page},
              {"startedDateTime", format_instant(entry.at)},
              {"time", taken},
              {"request", request_json(entry)},
              {"response", response_json(entry, read_answer(entry.answer))},
              {"cache", Json::object()},
              {"timings", {{"send", 0}, {"wait", taken}, {"receive", 0}}}};
  if (!entry.peer.empty()) out["serverIPAddress"] = address_of(entry.peer);
  if (entry.kind == "websocket") out["_resourceType"] = "websocket";
  return out;
}

Json exchange_json(const TranscriptEntry& entry) {
  return {{"startedDateTime", format_instant(entry.at)},
          {"kind", shown(entry.kind)},
          {"request", shown(entry.request)},
          {"answer", shown(entry.answer)},
          {"peer", shown(entry.peer)},
          {"time", entry.milliseconds}};
}

void add_host(const HostRecord& record, Json& pages, Json& entries) {
  const std::string id = printable(record.host);
  Json exchanges = Json::array();
  for (const TranscriptEntry& entry : record.transcript) {
    if (entry.kind == "http" || entry.kind == "websocket") {
      entries.push_back(entry_json(entry, id));
    } else {
      exchanges.push_back(exchange_json(entry));
    }
  }
  pages.push_back({{"startedDateTime", format_instant(record.started)},
                   {"id", id},
                   {"title", id},
                   {"pageTimings", {{"onContentLoad", -1}, {"onLoad", -1}}},
                   {"_exchanges", std::move(exchanges)}});
}

class HarWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "har"; }
  std::string_view summary() const noexcept override { return "what was asked and answered, as HAR 1.2"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    Json pages = Json::array();
    Json entries = Json::array();
    std::set<std::string_view> wanted;
    for (const HostReport& host : report.hosts) wanted.insert(host.target.id);
    if (rendering.run != nullptr) {
      for (const HostRecord& record : rendering.run->hosts) {
        if (wanted.contains(record.host)) add_host(record, pages, entries);
      }
    }
    const Tally numbers = tally(report);
    std::vector<std::string> comment = head_paragraphs(report, numbers);
    for (const std::string_view text : foot_paragraphs(numbers)) comment.emplace_back(text);
    const Json log = {{"version", "1.2"},
                      {"creator", {{"name", "meetlat"}, {"version", printable(report.header.tool_version)}}},
                      {"pages", std::move(pages)},
                      {"entries", std::move(entries)},
                      {"comment", join(comment, " ")}};
    Json whole;
    whole["log"] = log;
    return deliver(json_text(whole), out);
  }
};

}  // namespace

const ReportWriter& har_writer() noexcept {
  static const HarWriter writer;
  return writer;
}

}  // namespace meetlat
