// meetlat audit HOST...: one or a few instances, every finding with its evidence and remedy.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <set>
#include <sstream>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/gate_options.h"
#include "cli/letter.h"
#include "cli/output_options.h"
#include "cli/review_options.h"
#include "cli/scan_run.h"
#include "judgement/judge.h"
#include "lists/opt_out.h"

namespace meetlat {
namespace {

struct AuditChoice {
  std::vector<std::string> hosts;
  std::vector<std::string> only;
  ScanChoice scan;
  NetChoice net;
  OutputChoice output;
  GateChoice gate;
  ReviewChoice reviews;
  std::string advice;  // "policy": a draft instead of the report
  std::string language = "en";
};

// The named probes and, before them, those whose facts they read.
Result<std::vector<const Probe*>> chosen_probes(const std::vector<std::string>& only) {
  std::set<std::string, std::less<>> wanted;
  std::vector<std::string> open(only.begin(), only.end());
  while (!open.empty()) {
    const std::string id = open.back();
    open.pop_back();
    const Probe* probe = find_probe(id);
    if (probe == nullptr) {
      std::vector<std::string> known;
      for (const Probe* each : all_probes()) known.emplace_back(each->info().id);
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("--only: unknown probe '{}'; known are {}", printable(id), join(known, ", ")));
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
    auto target = parse_target(text);
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

// Asked before anybody is probed.
Result<void> check_advice(const AuditChoice& choice) {
  if (choice.advice.empty()) return {};
  if (choice.advice != "policy") {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--advice: '{}' is not known; known is policy", printable(choice.advice)));
  }
  if (choice.hosts.size() != 1) return fail(ErrorCode::kInvalidArgument, "--advice: name one host");
  if (!choice.output.reports.empty()) {
    return fail(ErrorCode::kInvalidArgument, "--advice writes a draft instead of a report: leave out --report");
  }
  return {};
}

Result<void> audit(const AuditChoice& choice, CliContext& context) {
  if (auto ok = check_advice(choice); !ok) return ok;
  const auto probes = chosen_probes(choice.only);
  if (!probes) return fail(probes.error());
  auto rulebook = load_rulebook(choice.output);
  if (!rulebook) return fail(rulebook.error());
  std::ostringstream unheard;
  const auto reviews = load_reviews(choice.reviews, rulebook->rules,
                                    choice.scan.quiet ? static_cast<std::ostream&>(unheard) : context.err);
  if (!reviews) return fail(reviews.error());
  const auto plan = plan_for(choice.hosts, reviews->opt_out);
  if (!plan) return fail(plan.error());
  if (auto ok = check_gate_choice(choice.gate); !ok) return ok;
  auto network = make_network(choice.net);
  if (!network) return fail(network.error());
  auto scanned = scan_into_run(*plan, choice.scan, choice.net, **network, rulebook->rules, *probes, context);
  if (!scanned) return fail(scanned.error());
  if (!choice.advice.empty() && scanned->failed) return fail(*scanned->failed);
  if (!choice.advice.empty()) return write_advice(scanned->run, choice.language, choice.output.output, context);
  OutputChoice output = choice.output;
  output.show_excluded = true;  // whoever names a host wants to hear why it was left out
  return finish_scan(*scanned, *rulebook, reviews->overrides, output, choice.gate, context);
}

}  // namespace

void add_audit(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<AuditChoice>();
  CLI::App* command =
      app.add_subcommand("audit", "Audit one or a few instances: every finding, what was seen, what to change");
  command->add_option("HOST", choice->hosts, "Host name, host:port or URL of an instance")->required();
  command
      ->add_option("--only", choice->only,
                   "Only these probes (and those they need): dns, tls, http, jitsi, e2ee, policy, hosting")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--advice", choice->advice,
                      "policy: instead of the report, draft a privacy policy from what was seen, in Markdown");
  command->add_option("--lang", choice->language, "Language of the draft")
      ->check(CLI::IsMember({"en", "nl", "de", "fr", "es", "it"}))
      ->capture_default_str();
  add_output_options(*command, choice->output, "text");
  add_scan_options(*command, choice->scan);
  add_net_options(*command, choice->net);
  add_geo_option(*command, choice->net);
  add_gate_options(*command, choice->gate);
  add_review_option(*command, choice->reviews);
  command->callback([choice, &context] {
    if (auto done = audit(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
