// meetlat policy FILE|URL: the policy reader alone, on one document.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iterator>
#include <memory>
#include <sstream>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/net_options.h"
#include "cli/output_options.h"
#include "model/target.h"
#include "net/session.h"
#include "policy/reading.h"
#include "policy/render.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{11} << 20;  // a little more than the reader takes

struct PolicyChoice {
  std::string source;
  std::string format = "text";
  std::string output = "-";
  std::string media_type;
  std::string host;
  NetChoice net;
};

struct Source {
  std::string bytes;
  policy::Wrapping wrapping;
};

bool is_url(std::string_view source) {
  return starts_with_i(source, "https://") || starts_with_i(source, "http://");
}

// Through a Session like any probe's request: guard, gate, limits and verified certificates hold here too.
Result<Source> fetch(const PolicyChoice& choice, const CliContext& context) {
  const Result<Url> url = Url::parse(choice.source);
  if (!url) return fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", choice.source, url.error().context));
  const Result<Target> target = parse_target(url->origin());
  if (!target) return fail(target.error());
  const auto network = make_network(choice.net);
  if (!network) return fail(network.error());
  const Clock& clock = Clock::system();
  Session session(*target, (*network)->open(context.stop), (*network)->guard(), (*network)->gate(),
                  make_limits(choice.net), clock, context.stop);
  const Result<ExchangePtr> answer = session.get(*url, {.max_body = kMaxBytes});
  if (!answer) return fail(answer.error().code, fmt::format("{}: {}", choice.source, answer.error().context));
  const Exchange& exchange = **answer;
  if (!exchange.certificate_verified && exchange.final_url.scheme() == "https") {
    context.err << "meetlat: the certificate of " << printable(exchange.final_url.host()) << " is not trusted\n";
  }
  if (exchange.status != 200) {
    return fail(ErrorCode::kHttpStatus, fmt::format("{}: status {}", choice.source, exchange.status));
  }
  const std::string* type = exchange.header("content-type");
  return Source{exchange.body, {type == nullptr ? std::string() : *type, exchange.final_url.path()}};
}

Result<Source> open_source(const PolicyChoice& choice, CliContext& context) {
  if (is_url(choice.source)) return fetch(choice, context);
  Source source;
  source.wrapping.media_type = choice.media_type;
  if (choice.source == "-") {
    for (std::istreambuf_iterator<char> at(context.in), end; at != end && source.bytes.size() <= kMaxBytes; ++at) {
      source.bytes += *at;
    }
    if (source.bytes.size() > kMaxBytes) return fail(ErrorCode::kTooLarge, "more than 11 MB");
    return source;
  }
  Result<std::string> bytes = read_file(choice.source, kMaxBytes);
  if (!bytes) return fail(bytes.error());
  source.bytes = std::move(*bytes);
  source.wrapping.name = choice.source;
  return source;
}

// What is too large or no text is a document still, and one that was not read.
bool is_of_document(const Error& error) {
  return error.code == ErrorCode::kTooLarge || error.code == ErrorCode::kNotUnderstood;
}

Result<policy::Document> open(const PolicyChoice& choice, CliContext& context) {
  const Result<Source> source = open_source(choice, context);
  const policy::Wrapping wrapping = source ? source->wrapping : policy::Wrapping{choice.media_type, choice.source};
  if (!source && !is_of_document(source.error())) return fail(source.error());
  if (!source) return policy::refused({source.error().code, "more than 11 MB"}, wrapping);
  Result<policy::Document> document = policy::open_document(source->bytes, wrapping);
  if (document) return document;
  if (is_of_document(document.error())) return policy::refused(document.error(), wrapping);
  return fail(document.error().code, fmt::format("{}: {}", choice.source, document.error().context));
}

Result<void> run(const PolicyChoice& choice, CliContext& context) {
  const Result<policy::Document> document = open(choice, context);
  if (!document) return fail(document.error());
  policy::Names names;
  names.host = choice.host;
  if (!names.host.empty()) names.domain = registrable_domain(names.host);
  const Result<policy::Reading> reading = policy::read_policy(*document, names);
  if (!reading) return fail(reading.error());
  std::ostringstream text;
  if (choice.format == "json") {
    text << dump_json(policy::to_json(*reading), 2) << '\n';
  } else {
    const int columns = choice.output == "-" ? terminal_columns(STDOUT_FILENO) : 0;
    policy::print(*reading, columns > 0 ? columns : 120, text, !choice.host.empty());
  }
  return write_text(text.str(), choice.output, context);
}

}  // namespace

void add_policy(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<PolicyChoice>();
  CLI::App* command =
      app.add_subcommand("policy", "Read one document: is it a privacy policy, and what does it state?");
  command
      ->add_option("SOURCE", choice->source,
                   "File or http(s) URL: HTML, Markdown, text, PDF or JSON; - is standard input")
      ->required();
  command->add_option("--format", choice->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str()
      ->group("Report");
  command->add_option("--output", choice->output, "File for the result; - is standard output")
      ->capture_default_str()
      ->group("Report");
  command->add_option("--media-type", choice->media_type,
                      "What a file is, such as text/html (default: by its name and content)");
  command->add_option("--host", choice->host, "The instance that it should be about");
  add_net_options(*command, choice->net);
  command->callback([choice, &context] {
    if (auto done = run(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
