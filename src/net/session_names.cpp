// What a session asks the name servers beside addresses.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "net/session.h"
#include "net/session_memo.h"

namespace meetlat {

namespace {

constexpr std::size_t kMostReverse = 12;             // addresses of one target that are asked about
constexpr std::chrono::seconds kReversePatience{5};  // many name servers never answer for addresses

std::string words_of(const Result<std::vector<std::string>>& answer) {
  if (!answer) return describe(answer.error());
  return answer->empty() ? "none" : excerpt(join(*answer, ", "), 300);
}

}  // namespace

const Result<std::vector<std::string>>& Session::reverse(const Address& address) {
  const auto known = memo_->reverse.find(address);
  if (known != memo_->reverse.end()) return known->second;
  const auto keep = [&](Result<std::vector<std::string>> answer) -> const Result<std::vector<std::string>>& {
    return memo_->reverse.emplace(address, std::move(answer)).first->second;
  };
  if (memo_->reverse.size() >= kMostReverse) {
    return keep(fail(ErrorCode::kBudgetExhausted, fmt::format("the names of {} addresses are enough", kMostReverse)));
  }
  const Ticks started = std::chrono::steady_clock::now();
  const Instant at = clock_.now();
  Result<std::vector<std::string>> answer =
      transport_->reverse(address, std::min(request_deadline(), started + kReversePatience));
  record("dns", "PTR " + address.str(), words_of(answer), {}, 0, started, at);
  return keep(std::move(answer));
}

Result<std::vector<std::string>> Session::texts(const std::string& name) {
  const Ticks started = std::chrono::steady_clock::now();
  const Instant at = clock_.now();
  Result<std::vector<std::string>> answer = transport_->texts(name, request_deadline());
  record("dns", "TXT " + name, words_of(answer), {}, 0, started, at);
  return answer;
}

}  // namespace meetlat
