// meetlat serve: the bundled reference server.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "refserver/persona.h"
#include "refserver/server.h"

namespace meetlat {
namespace {

struct ServeArguments {
  std::string personas;
  std::string persona;
  std::string out;
  std::string log;
  std::optional<std::uint16_t> port;
  std::optional<std::uint16_t> http_port;
  int latency_ms = 0;
  int simulate = 0;
};

Result<ServeOptions> options_of(const ServeArguments& arguments) {
  ServeOptions options;
  auto personas = load_personas(arguments.personas.empty() ? data_path("data/personas")
                                                           : std::filesystem::path(arguments.personas));
  if (!personas) return fail(personas.error());
  options.personas = std::move(*personas);
  options.https_port = arguments.port;
  options.http_port = arguments.http_port;
  options.latency = std::chrono::milliseconds(arguments.latency_ms);
  options.simulate = arguments.simulate;
  const std::string wanted = !arguments.persona.empty() ? arguments.persona : arguments.simulate > 0 ? "exemplary" : "";
  if (wanted.empty()) return options;
  const auto found = std::find_if(options.personas.begin(), options.personas.end(),
                                  [&](const Persona& persona) { return persona.id == wanted; });
  if (found == options.personas.end()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("there is no persona '{}'; 'meetlat serve' lists them", printable(wanted)));
  }
  options.personas = {std::move(*found)};
  if (arguments.simulate == 0) {
    options.on_localhost = true;
    options.suffix = "localhost";  // browsers look names under localhost up at this machine by themselves
  }
  return options;
}

void print_all(const RefServer& server, const std::vector<Persona>& personas, const ServeArguments& arguments,
               std::ostream& out) {
  std::size_t id_width = 0;
  std::size_t url_width = 0;
  for (const auto& host : server.hosts()) {
    id_width = std::max(id_width, host.id.size());
    url_width = std::max(url_width, host.url.size());
  }
  if (arguments.simulate == 0) {
    for (std::size_t i = 0; i < server.hosts().size(); ++i) {
      const auto& host = server.hosts()[i];
      const auto& expect = personas[i].expect;
      const bool ungraded = expect.letter.empty() && expect.status == "measured";
      const std::string comes_out = ungraded ? "not graded" : expect.letter.empty() ? expect.status : expect.letter;
      out << fmt::format("{:<{}}  {:<{}}  {:<15}  {}\n", host.id, id_width, host.url, url_width, comes_out, host.title);
    }
  } else {
    out << fmt::format("{} simulated hosts, from {} to {}\n", server.hosts().size(), server.hosts().front().url,
                       server.hosts().back().url);
  }
  out << fmt::format("\nHTTPS on port {}, plain HTTP on port {}; every host has a loopback address of its own.\n",
                     server.https_port(), server.http_port());
  if (arguments.out.empty()) {
    out << "With --out DIR the list, the hosts file and the CA certificate are written there for meetlat rank.\n";
  } else {
    const auto& dir = arguments.out;
    const std::string names = server.resolver().empty()
                                  ? std::string()
                                  : fmt::format(" --resolver {} --trust-anchor {}/anchor.key", server.resolver(), dir);
    out << fmt::format(
        "meetlat rank --list {0}/list.txt --hosts-file {0}/hosts --ca-file {0}/ca.pem --ct-logs {0}/ct-logs.cnf "
        "--geo {0}/geo.txt{1}\n",
        dir, names);
  }
  out << "Ctrl+C ends it." << std::endl;
}

void print_one(const RefServer& server, const Persona& persona, std::ostream& out) {
  out << fmt::format("{}: {}\n\n  {}\n\n", persona.id, persona.title, server.hosts().front().url);
  if (!persona.expect.note.empty()) out << "  " << persona.expect.note << "\n\n";
  out << "A browser warns of the certificate unless it trusts ca.pem (see --out). Ctrl+C ends it." << std::endl;
}

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, stop, [] { return false; });
}

Result<void> serve(const ServeArguments& arguments, CliContext& context) {
  auto options = options_of(arguments);
  if (!options) return fail(options.error());
  const auto personas = options->personas;
  const auto log = std::make_shared<std::ofstream>();
  if (!arguments.log.empty()) {
    log->open(arguments.log, std::ios::app);
    if (!*log) return fail(ErrorCode::kIo, arguments.log + ": cannot be opened for writing");
    options->on_request = [log](const ServedRequest& request) {
      const auto ms = std::chrono::duration_cast<Milliseconds>(request.at.time_since_epoch()).count();
      *log << ms << ' ' << request.address << ' ' << printable(request.host) << ' ' << (request.tls ? "https" : "http")
           << ' ' << printable(request.method) << ' ' << printable(request.path) << ' ' << request.status << std::endl;
    };
  }
  auto server = RefServer::start(std::move(*options));
  if (!server) return fail(server.error());
  if (!(*server)->note().empty()) context.err << "meetlat serve: " << (*server)->note() << '\n';
  if (!arguments.out.empty()) {
    if (auto written = (*server)->write_files(arguments.out); !written) return written;
  }
  if (arguments.persona.empty() || arguments.simulate > 0) {
    print_all(**server, personas, arguments, context.out);
  } else {
    print_one(**server, personas.front(), context.out);
  }
  wait_for(context.stop);
  (*server)->stop();
  return {};
}

}  // namespace

void add_serve(CLI::App& app, CliContext& context) {
  CLI::App* command = app.add_subcommand("serve", "Serve the bundled personas: made-up hosters to try an audit on");
  const auto arguments = std::make_shared<ServeArguments>();
  command->add_option("--personas", arguments->personas, "Folder of personas, instead of the bundled one");
  command->add_option("--persona", arguments->persona, "Serve this one alone, for a browser on this machine");
  command->add_option("--port", arguments->port, "HTTPS port; 0: any free one. Without it 443 if allowed, else any");
  command->add_option("--http-port", arguments->http_port, "Plain HTTP port, likewise; without it 80 if allowed");
  command->add_option("--out", arguments->out,
                      "Folder for list.txt, hosts, geo.txt, ct-logs.cnf, ca.pem, anchor.key and, once listening, "
                      "ready.json");
  command->add_option("--log", arguments->log, "Append a line for every request to this file");
  command->add_option("--latency", arguments->latency_ms, "Milliseconds to wait before every handshake and answer")
      ->check(CLI::Range(0, 600000));
  command->add_option("--simulate", arguments->simulate, "Serve this many copies of one persona (default: exemplary)")
      ->check(CLI::Range(1, 20000));
  command->callback([arguments, &context] {
    if (const auto done = serve(*arguments, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
