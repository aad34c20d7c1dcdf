// meetlat audit HOST...: one or a few instances, every finding with its evidence and remedy.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <set>
#include <sstream>

#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/advice.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/from_files.h"
#include "cli/gate_options.h"
#include "cli/letter.h"
#include "cli/output_options.h"
#include "cli/review_options.h"
#include "cli/scan_run.h"
#include "judgement/judge.h"
#include "lists/opt_out.h"
#include "net/session.h"
#include "probes/exposed_control.h"

namespace meetlat {
namespace {

struct AuditChoice {
  std::vector<std::string> hosts;
  std::vector<std::string> only;
  FromFilesChoice files;
  ScanChoice scan;
  NetChoice net;
  OutputChoice output;
  GateChoice gate;
  ReviewChoice reviews;
  HistoryChoice history;
  bool exposed = false;
  AdviceChoice advice;  // instead of the report
  bool join = false;
};

std::vector<std::string> probe_ids() {
  std::vector<std::string> ids;
  for (const Probe* probe : all_probes()) ids.emplace_back(probe->info().id);
  return ids;
}

// The named probes and, before them, those whose facts they read.
Result<std::vector<const Probe*>> chosen_probes(const std::vector<std::string>& only) {
  std::set<std::string, std::less<>> wanted;
  std::vector<std::string> open(only.begin(), only.end());
  while (!open.empty()) {
    const std::string id = open.back();
    open.pop_back();
    const Probe* probe = find_probe(id);
    if (probe == nullptr) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("--only: unknown probe '{}'; known are {}", printable(id), join(probe_ids(), ", ")));
    }
    if (!wanted.insert(id).second) continue;
    for (const std::string_view before : probe->info().after) open.emplace_back(before);
  }
  std::vector<const Probe*> probes;
  for (const Probe* probe : all_probes()) {
    if (only.empty() || wanted.contains(probe->info().id)) probes.push_back(probe);
  }
  return probes;
}

Result<ScanPlan> plan_for(const std::vector<std::string>& hosts, const OptOut& opt_out) {
  ScanPlan plan;
  std::set<std::string> seen;
  std::string ids;
  for (const std::string& text : hosts) {
    auto target = parse_server(text);
    if (!target) return fail(target.error());
    if (!seen.insert(target->id).second) continue;
    ids += target->id + "\n";
    if (const auto* rule = opt_out.find(target->base.host())) {
      plan.excluded.push_back({std::move(*target), rule->reason});
    } else {
      plan.targets.push_back(std::move(*target));
    }
  }
  plan.list_digest = sha256_hex(ids);
  plan.list_sources = {"command line"};
  return plan;
}

// Servers that are no instance are asked about TLS and their names, and about nothing else.
Result<void> check_servers(const AuditChoice& choice, const ScanPlan& plan) {
  const auto server = std::ranges::find_if(plan.targets, [](const Target& target) { return !target.is_instance(); });
  if (server == plan.targets.end()) return {};
  const auto wrong = [&](std::string_view option) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{}: {} is {}; only tls and dns are asked there", option,
                                                         printable(server->id), words_for(server->service)));
  };
  for (const std::string& id : choice.only) {
    if (const Probe* probe = find_probe(id); probe != nullptr && !probe->asks_any_server())
      return wrong("--only " + id);
  }
  if (choice.join) return wrong("--join");
  if (choice.exposed) return wrong("--exposed");
  if (!choice.advice.kind.empty() && choice.advice.kind != "list") return wrong("--advice=" + choice.advice.kind);
  return {};
}

// Asked before anybody is probed.
Result<void> check_advice(const AuditChoice& choice) {
  const auto wrong = [](std::string text) { return fail(ErrorCode::kInvalidArgument, std::move(text)); };
  const std::string& kind = choice.advice.kind;
  if (kind.empty()) {
    return choice.advice.system == "both" ? Result<void>{} : wrong("--for goes with --advice");
  }
  if (kind != "list" && kind != "config" && kind != "policy") {
    return wrong(fmt::format("--advice: '{}' is not known; known are list, config and policy", printable(kind)));
  }
  const bool files = !choice.files.files.empty();
  if (files && kind == "policy") return wrong("--advice=policy is drafted from a host, not from files");
  if (!files && choice.hosts.size() != 1) return wrong("--advice: name one host");
  if (!choice.output.reports.empty()) return wrong("--advice writes in place of a report: leave out --report");
  if (!choice.output.where.empty()) return wrong("--advice is about one host: leave out --where");
  const std::string& format = choice.output.format;
  if (format != "text" && !(kind == "list" && format == "markdown")) {
    return wrong(
        fmt::format("--advice={}: --format is {}", kind, kind == "list" ? "text or markdown" : "not for that"));
  }
  return {};
}

// Rules, profile and the forms of the report; advice has a form of its own.
Result<Rulebook> rulebook_for(const AuditChoice& choice, CliContext& context) {
  OutputChoice output = choice.output;
  if (!choice.advice.kind.empty()) output.format = "text";
  std::ostringstream unheard;
  return load_rulebook(output, choice.scan.quiet ? static_cast<std::ostream&>(unheard) : context.err);
}

AdviceChoice advice_of(const AuditChoice& choice) {
  AdviceChoice advice = choice.advice;
  advice.format = choice.output.format;
  advice.output = choice.output.output;
  advice.columns = choice.output.columns;
  return advice;
}

// The list of changes, or the settings to paste, for the one host of that Run.
Result<void> advise(const AuditChoice& choice, const ScanResult& scanned, const OfflineSite& site,
                    const Rulebook& rulebook, const Reviews& reviews, CliContext& context) {
  const Report report = judge(scanned.run, rulebook.rules, *rulebook.profile, reviews);
  for (const HostReport& host : report.hosts) {
    if (host.status != HostStatus::kMeasured) {
      context.err << "meetlat: " << printable(host.target.id) << ' ' << words_for(host.status)
                  << (host.status_reason.empty() ? "" : ": " + printable(host.status_reason))
                  << ", so there is nothing to advise\n";
      context.exit = ExitCode::kNothingAudited;
      return {};
    }
    if (auto written = write_advice_list(host, site, host.target.base.host(), rulebook.rules, *rulebook.profile,
                                         advice_of(choice), context);
        !written) {
      return written;
    }
  }
  return apply_gates(report, rulebook, reviews.notes, choice.gate, context);
}

// Settings of files instead of a host: the same rules, no network, no Run.
Result<void> audit_files(const AuditChoice& choice, CliContext& context) {
  const auto rulebook = rulebook_for(choice, context);
  if (!rulebook) return fail(rulebook.error());
  const auto judged = judge_named_files(choice.files, *rulebook, choice.scan.quiet, context);
  if (!judged) return fail(judged.error());
  if (choice.advice.kind.empty()) {
    if (auto written = emit(judged->report, nullptr, *rulebook, choice.output, context); !written) return written;
  } else {
    const FilesReading& reading = judged->reading;
    OfflineSite site = reading.site;
    // The client's files are taken to be there: whether a setting permits something is the question.
    site.libs = site.base.with_path("/libs/");
    site.worker = site.olm = true;
    if (auto written = write_advice_list(judged->report.hosts.front(), site, reading.host, rulebook->rules,
                                         *rulebook->profile, advice_of(choice), context);
        !written) {
      return written;
    }
  }
  return apply_gates(judged->report, *rulebook, {}, choice.gate, context);
}

// A room is made on that host: its administrator was asked, or is the user. Nothing for a list of hosts.
Result<void> check_join(const AuditChoice& choice) {
  if (!choice.join || choice.hosts.size() == 1) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("--join enters a room on the host, so it takes exactly one host ({} are named)",
                          choice.hosts.size()));
}

// Before anything that should not be public is asked for, each host says by a token that this user controls it.
Result<void> prove_control(const ScanPlan& plan, const NetChoice& net, Network& network, CliContext& context) {
  const auto key = user_key(state_dir() / "control.key");
  if (!key) return fail(key.error());
  std::string missing;
  for (const Target& target : plan.targets) {
    const std::string token = probes::control_token(*key, target.base.host());
    Session session(target, network.open(context.stop), network.guard(), network.gate(), make_limits(net),
                    Clock::system(), context.stop);
    const auto place = probes::find_control_token(session, token);
    if (place) {
      context.err << fmt::format("meetlat: control of {} is proved by {}\n", target.base.host(), *place);
    } else {
      if (place.error().code != ErrorCode::kNotFound) return fail(place.error());
      missing += fmt::format("\n{}: {}.\n{}\n", target.base.host(), place.error().context,
                             probes::control_instructions(target.base, token));
    }
  }
  if (missing.empty()) return {};
  return fail(ErrorCode::kInvalidArgument, "--exposed: control is not proved, so nothing was asked.\n" + missing);
}

// What keeps hosts from being looked at again.
std::string_view asks_nobody(const AuditChoice& choice) {
  if (!choice.files.files.empty()) return "--from-files asks no host";
  if (!choice.advice.kind.empty()) return "--advice writes what to change and compares nothing twice";
  if (choice.exposed) return "--exposed asks for each thing once";
  return {};
}

Result<void> audit(const AuditChoice& choice, CliContext& context) {
  if (auto ok = check_from_files(choice.files, choice.hosts, choice.output, choice.gate); !ok) return ok;
  if (auto ok = check_advice(choice); !ok) return ok;
  if (auto ok = check_join(choice); !ok) return ok;
  if (auto ok = check_confirm(choice.gate, asks_nobody(choice)); !ok) return ok;
  if (!choice.files.files.empty()) return audit_files(choice, context);
  const bool listed = choice.advice.kind == "list" || choice.advice.kind == "config";
  auto probes = chosen_probes(choice.only);
  if (!probes) return fail(probes.error());
  const SiteKeeper keeper;
  if (listed) probes->push_back(&keeper);
  auto rulebook = rulebook_for(choice, context);
  if (!rulebook) return fail(rulebook.error());
  std::ostringstream unheard;
  const auto reviews = load_reviews(choice.reviews, rulebook->rules,
                                    choice.scan.quiet ? static_cast<std::ostream&>(unheard) : context.err);
  if (!reviews) return fail(reviews.error());
  const auto plan = plan_for(choice.hosts, reviews->opt_out);
  if (!plan) return fail(plan.error());
  if (auto ok = check_servers(choice, *plan); !ok) return ok;
  if (auto ok = check_gate_choice(choice.gate); !ok) return ok;
  auto network = make_network(choice.net);
  if (!network) return fail(network.error());
  ScanChoice scan = choice.scan;
  if (choice.join) scan.depth.level = 3;
  if (choice.exposed) {
    if (auto proved = prove_control(*plan, choice.net, **network, context); !proved) return proved;
    scan.depth.exposed = true;
  }
  auto scanned = scan_into_run(*plan, scan, choice.net, **network, rulebook->rules, *probes, context);
  if (!scanned) return fail(scanned.error());
  if (!choice.advice.kind.empty() && scanned->failed) return fail(*scanned->failed);
  if (choice.advice.kind == "policy") {
    return write_advice(scanned->run, choice.output.lang, choice.output.output, context);
  }
  if (listed) return advise(choice, *scanned, keeper.site(), *rulebook, reviews->reviews, context);
  OutputChoice output = choice.output;
  output.reviews_file = choice.reviews.file;
  output.show_excluded = true;  // whoever names a host wants to hear why it was left out
  HistoryChoice history = choice.history;
  // What was not asked would look as if it could not be measured.
  history.off = history.off || !choice.only.empty();
  return finish_scan(*scanned, *rulebook, reviews->reviews, output, choice.gate, history,
                     {scan, choice.net, **network, *probes}, context);
}

}  // namespace

void add_audit(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<AuditChoice>();
  CLI::App* command =
      app.add_subcommand("audit", "Audit one or a few instances: every finding, what was seen, what to change");
  command->add_option(
      "HOST", choice->hosts,
      "Host name, host:port or URL of an instance; or a server that is asked about TLS and its name only: "
      "xmpp://HOST[:5222] (STARTTLS), xmpps://HOST[:5223], turns:HOST[:5349]");
  command->add_option("--only", choice->only, "Only these probes (and those they need): " + join(probe_ids(), ", "))
      ->delimiter(',')
      ->allow_extra_args(false);
  add_from_files_options(*command, choice->files);
  command->add_flag("--exposed", choice->exposed,
                    "Ask once for each thing that should not be public (transcripts, statistics, administration); only "
                    "for hosts that publish a token of yours, which this prints");
  command->add_flag("--advice{list}", choice->advice.kind,
                    "Instead of the report: what to change, in order of what it gains (also --format markdown); "
                    "--advice=config: the settings to paste; --advice=policy: a draft of a privacy policy in Markdown");
  choice->advice.system = "both";
  command->add_option("--for", choice->advice.system, "Lines of --advice for Debian packages, for Docker, or for both")
      ->check(CLI::IsMember({"debian", "docker", "both"}))
      ->capture_default_str();
  command->add_option("--lang", choice->output.lang, "Language of the draft, and of --format html (en, nl, de or fr)")
      ->check(CLI::IsMember({"en", "nl", "de", "fr", "es", "it"}))
      ->capture_default_str();
  add_output_options(*command, choice->output, "text");
  command
      ->add_option_function<std::string>(
          "--tls", [choice](const std::string& how) { choice->scan.depth.whole_tls = how == "full"; },
          "How much of TLS to ask for: a verdict in about seven connections, or full: every version, cipher suite and "
          "group")
      ->check(CLI::IsMember({"verdict", "full"}))
      ->default_str("verdict")
      ->group("Measuring");
  choice->scan.depth.whole_client = true;  // one or a few hosts, which somebody named
  add_scan_options(*command, choice->scan);
  command
      ->add_flag("--join", choice->join,
                 "Also enter a room with a random name, alone and for some seconds; for one host only")
      ->group("Measuring")
      ->excludes(command->get_option("--level"));
  add_net_options(*command, choice->net);
  add_geo_option(*command, choice->net);
  add_gate_options(*command, choice->gate);
  add_confirm_options(*command, choice->gate);
  add_review_option(*command, choice->reviews);
  add_history_options(*command, choice->history, true);
  command->callback([choice, &context] {
    if (auto done = audit(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
