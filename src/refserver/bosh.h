// XMPP over long-polled HTTP (XEP-0124, XEP-0206): sessions, request numbers, held requests. Pure: the caller says what
// time it is and wakes held requests when their wait is over.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "refserver/xmpp_domain.h"

namespace meetlat {

class BoshService {
 public:
  // The body of the answer. Called once for every request that was posted, perhaps before post() returns.
  using Reply = std::function<void(std::string body)>;

  // A request that is held until there is something to say.
  struct Held {
    std::string sid;
    std::int64_t rid = 0;
    std::chrono::seconds wait{0};  // expire() is due then
  };

  BoshService(XmppDomain& domain, XmppEnvironment environment);
  ~BoshService();
  BoshService(const BoshService&) = delete;
  BoshService& operator=(const BoshService&) = delete;

  // nullopt when `reply` was called already.
  std::optional<Held> post(std::string_view bytes, Ticks now, Reply reply);
  void expire(const Held& held);  // answers with an empty body if it is still held
  void flush_all();               // after something else than a post wrote to the domain
  void sweep(Ticks now);          // ends sessions that were silent for too long
  void drop_all();                // forgets everything; nothing is answered any more
  std::size_t sessions() const noexcept { return sessions_.size(); }

 private:
  struct Request;
  struct Session;
  using SessionPtr = std::shared_ptr<Session>;

  std::optional<Held> create(const XmlElement& body, Ticks now, Reply reply);
  std::optional<Held> take(const SessionPtr& session, std::int64_t rid, XmlElement body, Reply reply);
  void process(Session& session, const XmlElement& body);
  void flush(Session& session);
  void answer_oldest(Session& session);
  void end(Session& session, std::string_view condition);

  XmppDomain& domain_;
  XmppEnvironment environment_;
  std::map<std::string, SessionPtr, std::less<>> sessions_;
};

}  // namespace meetlat
