// What a session asks the name servers beside addresses.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "net/host_gate.h"
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

constexpr std::size_t kMostQuestions = 40;

std::string type_name(int type) {
  switch (type) {
    case DnsType::kA:
      return "A";
    case DnsType::kAaaa:
      return "AAAA";
    case DnsType::kNs:
      return "NS";
    case DnsType::kDs:
      return "DS";
    case DnsType::kTlsa:
      return "TLSA";
    case DnsType::kHttps:
      return "HTTPS";
    case DnsType::kCaa:
      return "CAA";
    default:
      return fmt::format("TYPE{}", type);
  }
}

std::string words_of(const Result<DnsRecords>& answer) {
  if (!answer) return describe(answer.error());
  const std::string trust = answer->trust == DnsTrust::kSecure  ? "secure"
                            : answer->trust == DnsTrust::kBogus ? "bogus: " + answer->why_bogus
                                                                : "insecure";
  return fmt::format("{} records, {}{}", answer->rdata.size(), trust, answer->name_exists ? "" : ", no such name");
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

std::vector<Result<DnsRecords>> Session::records(std::span<const DnsQuestion> questions) {
  if (memo_->questions + questions.size() > kMostQuestions) {
    std::vector<Result<DnsRecords>> refused;
    for (const DnsQuestion& question : questions) {
      refused.emplace_back(
          fail(ErrorCode::kBudgetExhausted, fmt::format("{}: {} questions are enough", question.name, kMostQuestions)));
    }
    return refused;
  }
  memo_->questions += questions.size();
  const Ticks started = std::chrono::steady_clock::now();
  const Instant at = clock_.now();
  std::vector<Result<DnsRecords>> answers = transport_->records(questions, request_deadline());
  for (std::size_t i = 0; i < questions.size(); ++i) {
    record("dns", type_name(questions[i].type) + " " + questions[i].name, words_of(answers[i]), {}, 0, started, at);
  }
  return answers;
}

Result<DaneCheck> Session::dane(std::span<const std::string> tlsa) {
  const Result<TlsHandshake>& shake = handshake();
  if (!shake) return fail(shake.error());
  return transport_->dane(target_.base.host(), *shake, tlsa);
}

}  // namespace meetlat
