#include "net/file_network.h"

#include <utility>

namespace meetlat {

namespace {

class FileTransport final : public Transport {
 public:
  explicit FileTransport(const std::map<Url, HttpAnswer>& answers) : answers_(answers) {}

  // The same answer as behind a proxy, so that a Session asks by name.
  Result<Resolved> resolve(const std::string& host, Ticks) override {
    return fail(ErrorCode::kUnsupported, host + ": names are not looked up offline");
  }

  Result<HttpAnswer> exchange(const HttpRequest& request, Ticks) override {
    const auto found = answers_.find(request.url);
    if (found == answers_.end()) return fail(ErrorCode::kOffline, request.url.path());
    HttpAnswer answer = found->second;
    if (request.max_body > 0 && answer.body.size() > request.max_body) {
      answer.body.resize(request.max_body);
      answer.truncated = true;
    }
    return answer;
  }

  Result<TlsHandshake> handshake(const std::string& host, std::uint16_t, const Address&, Ticks) override {
    return fail(ErrorCode::kUnsupported, host + ": no handshakes offline");
  }

 private:
  const std::map<Url, HttpAnswer>& answers_;
};

constexpr HostGate::Rates kNoPauses{1000, std::chrono::milliseconds{0}, std::chrono::milliseconds{0}};

}  // namespace

FileNetwork::FileNetwork() : gate_(kNoPauses) {}

void FileNetwork::put(const Url& url, std::string body, const std::string& media_type, std::vector<Header> headers) {
  HttpAnswer answer;
  answer.status = 200;
  answer.http_version = "1.1";
  answer.headers = std::move(headers);
  answer.headers.push_back({"content-type", media_type});
  answer.body = std::move(body);
  answer.certificate_verified = true;
  answers_.insert_or_assign(url, std::move(answer));
}

std::unique_ptr<Transport> FileNetwork::open(std::stop_token) {
  return std::make_unique<FileTransport>(answers_);
}

}  // namespace meetlat
