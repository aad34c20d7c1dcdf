#include "refserver/bosh.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "proto/xmpp.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostSessions = kMostStreams;
constexpr std::int64_t kRequests = 2;  // that a client may have open: one held, one with something new
constexpr std::int64_t kMostWait = 60;
constexpr std::chrono::seconds kInactivity{60};
constexpr std::size_t kMostPendingBytes = std::size_t{512} << 10;
constexpr std::int64_t kLargestRid = std::int64_t{1} << 53;

std::int64_t number_of(const XmlElement& body, std::string_view name, std::int64_t otherwise) {
  const std::string_view text = body.attribute(name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 0 ? value : otherwise;
}

std::string terminated(std::string_view condition) {
  XmlElement body("body", std::string(xmpp::kBoshNs));
  body.set("type", "terminate");
  if (!condition.empty()) body.set("condition", std::string(condition));
  return write_xml(body);
}

bool wants_restart(const XmlElement& body) {
  return std::ranges::any_of(body.attributes, [](const auto& attribute) {
    return attribute.first.ends_with(":restart") && (attribute.second == "true" || attribute.second == "1");
  });
}

}  // namespace

struct BoshService::Request {
  std::int64_t rid = 0;
  XmlElement body;
  Reply reply;
};

struct BoshService::Session {
  std::string sid;
  std::string domain;  // that it was opened for
  XmppDomain::StreamId stream = 0;
  std::int64_t next_rid = 0;  // the next to be processed
  std::int64_t wait = 60;
  std::int64_t hold = 1;
  Ticks seen;                                                // the last request
  std::map<std::int64_t, Request> early;                     // came before their predecessors
  std::deque<Request> held;                                  // processed and not answered, oldest first
  std::deque<std::pair<std::int64_t, std::string>> answers;  // the latest, to be said again
  std::vector<XmlElement> pending;
  std::size_t pending_bytes = 0;
  bool fresh = true;  // the first answer, which describes the session, is still due
  bool ended = false;
  std::string condition;
};

BoshService::BoshService(XmppDomain& domain, XmppEnvironment environment)
    : domain_(domain), environment_(std::move(environment)) {}

BoshService::~BoshService() {
  drop_all();
}

void BoshService::drop_all() {
  for (const auto& [sid, session] : std::exchange(sessions_, {})) domain_.close(session->stream);
}

std::optional<BoshService::Held> BoshService::post(std::string_view bytes, Ticks now, Reply reply) {
  XmlLimits limits;
  limits.bytes = kMostStanzaBytes;
  auto body = parse_xml(bytes, limits);
  if (!body || !body->is("body", xmpp::kBoshNs)) {
    reply(terminated("bad-request"));
    return std::nullopt;
  }
  const std::string_view sid = body->attribute("sid");
  if (sid.empty()) return create(*body, now, std::move(reply));
  const auto found = sessions_.find(sid);
  if (found == sessions_.end()) {
    reply(terminated("item-not-found"));
    return std::nullopt;
  }
  const SessionPtr session = found->second;
  session->seen = now;
  const std::int64_t rid = number_of(*body, "rid", -1);
  return take(session, rid, std::move(*body), std::move(reply));
}

std::optional<BoshService::Held> BoshService::create(const XmlElement& body, Ticks now, Reply reply) {
  const auto refuse = [&reply](std::string_view condition) {
    reply(terminated(condition));
    return std::nullopt;
  };
  const std::int64_t rid = number_of(body, "rid", -1);
  if (rid < 0 || rid > kLargestRid) return refuse("bad-request");
  if (body.attribute("to").empty()) return refuse("improper-addressing");
  sweep(now);
  if (sessions_.size() >= kMostSessions) return refuse("policy-violation");
  auto session = std::make_shared<Session>();
  session->sid = environment_.random();
  session->domain = body.attribute("to");
  session->next_rid = rid;
  session->wait = std::min(number_of(body, "wait", kMostWait), kMostWait);
  session->hold = std::min<std::int64_t>(number_of(body, "hold", 1), 1);
  session->seen = now;
  std::weak_ptr<Session> weak = session;
  session->stream = domain_.open(body.attribute("to"), [weak](const XmlElement& element) {
    const auto to = weak.lock();
    if (!to) return;
    to->pending_bytes += rough_size(element);
    if (to->pending_bytes <= kMostPendingBytes) to->pending.push_back(element);
  });
  if (session->stream == 0) {
    const auto error = session->pending.empty() ? std::nullopt : xmpp::read_stream_error(session->pending.front());
    return refuse(error == "host-unknown" ? "host-unknown" : "internal-server-error");
  }
  sessions_.emplace(session->sid, session);
  return take(session, rid, body, std::move(reply));
}

std::optional<BoshService::Held> BoshService::take(const SessionPtr& session, std::int64_t rid, XmlElement body,
                                                   Reply reply) {
  Session& self = *session;
  for (const auto& [answered, text] : self.answers) {
    if (answered != rid) continue;
    reply(text);  // its answer was lost
    return std::nullopt;
  }
  const bool again = std::ranges::any_of(self.held, [rid](const Request& one) { return one.rid == rid; });
  if (rid < self.next_rid || again || rid >= self.next_rid + kRequests || self.early.contains(rid)) {
    reply(terminated("item-not-found"));
    end(self, "item-not-found");
    return std::nullopt;
  }
  // Whether it is still waiting when all is done is seen by this.
  auto answered = std::make_shared<bool>(false);
  self.early.emplace(rid, Request{rid, std::move(body), [answered, reply = std::move(reply)](std::string text) {
                                    *answered = true;
                                    reply(std::move(text));
                                  }});
  while (!self.ended) {
    const auto next = self.early.find(self.next_rid);
    if (next == self.early.end()) break;
    Request request = std::move(next->second);
    self.early.erase(next);
    ++self.next_rid;
    const XmlElement content = std::exchange(request.body, XmlElement());
    self.held.push_back(std::move(request));
    process(self, content);
  }
  flush_all();  // others may have been written to as well
  if (*answered) return std::nullopt;
  return Held{self.sid, rid, std::chrono::seconds(self.wait)};
}

void BoshService::flush_all() {
  std::vector<SessionPtr> all;
  for (const auto& entry : sessions_) all.push_back(entry.second);
  for (const SessionPtr& one : all) flush(*one);
}

void BoshService::process(Session& session, const XmlElement& body) {
  if (!session.fresh && wants_restart(body)) domain_.restart(session.stream);
  for (const XmlElement& child : body.children) domain_.receive(session.stream, child);
  if (body.attribute("type") == "terminate") {
    domain_.close(session.stream);
    end(session, {});
  }
}

// Answers as many held requests as it must: those beyond `hold`, and one when there is something to say.
void BoshService::flush(Session& session) {
  if (session.ended) return;
  const bool broken = !domain_.is_open(session.stream) || session.pending_bytes > kMostPendingBytes;
  if (broken)
    return end(session, session.pending_bytes > kMostPendingBytes ? "policy-violation" : "remote-stream-error");
  while (!session.held.empty() && (!session.pending.empty() || session.fresh || session.wait == 0 ||
                                   static_cast<std::int64_t>(session.held.size()) > session.hold)) {
    answer_oldest(session);
  }
}

void BoshService::answer_oldest(Session& session) {
  Request request = std::move(session.held.front());
  session.held.pop_front();
  XmlElement body("body", std::string(xmpp::kBoshNs));
  if (session.ended) {
    body.set("type", "terminate");
    if (!session.condition.empty()) body.set("condition", session.condition);
  } else if (std::exchange(session.fresh, false)) {
    body.set("sid", session.sid)
        .set("from", session.domain)
        .set("wait", std::to_string(session.wait))
        .set("hold", std::to_string(session.hold))
        .set("requests", std::to_string(kRequests))
        .set("inactivity", std::to_string(kInactivity.count()))
        .set("polling", "5")
        .set("ver", "1.6")
        .set("secure", "true")
        .set("authid", session.sid)
        .set("xmlns:xmpp", std::string(xmpp::kXboshNs))
        .set("xmpp:version", "1.0")
        .set("xmpp:restartlogic", "true");
  } else {
    body.set("sid", session.sid);
  }
  for (XmlElement& element : session.pending) body.add(std::move(element));
  session.pending.clear();
  session.pending_bytes = 0;
  std::string text = write_xml(body);
  session.answers.emplace_back(request.rid, text);
  if (session.answers.size() > static_cast<std::size_t>(kRequests)) session.answers.pop_front();
  request.reply(std::move(text));
}

// The session is over: what is held gets the news, and it is forgotten.
void BoshService::end(Session& session, std::string_view condition) {
  if (session.ended) return;
  session.ended = true;
  session.condition = condition;
  const auto found = sessions_.find(session.sid);
  const SessionPtr keep = found == sessions_.end() ? nullptr : found->second;
  if (found != sessions_.end()) sessions_.erase(found);
  domain_.close(session.stream);
  while (!session.held.empty()) answer_oldest(session);
  for (auto& [rid, request] : std::exchange(session.early, {})) request.reply(terminated(condition));
}

void BoshService::expire(const Held& held) {
  const auto found = sessions_.find(held.sid);
  if (found == sessions_.end()) return;
  const SessionPtr session = found->second;
  while (std::ranges::any_of(session->held, [&held](const Request& one) { return one.rid == held.rid; })) {
    answer_oldest(*session);
  }
  // One that came too early and whose predecessor never came.
  if (session->early.contains(held.rid)) end(*session, "item-not-found");
}

void BoshService::sweep(Ticks now) {
  std::vector<SessionPtr> silent;
  for (const auto& [sid, session] : sessions_) {
    if (session->held.empty() && now - session->seen > kInactivity) silent.push_back(session);
  }
  for (const SessionPtr& session : silent) end(*session, {});
}

}  // namespace meetlat
