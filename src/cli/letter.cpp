// meetlat letter HOST: a letter to a hoster or about it. Sends nothing; keeps nothing about the user.
#include "cli/letter.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <memory>
#include <ostream>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "cli/host_choice.h"
#include "cli/net_options.h"
#include "cli/output_options.h"
#include "history/run_store.h"
#include "judgement/judge.h"
#include "lists/opt_out.h"
#include "scan/scanner.h"

namespace meetlat {
namespace {

struct LetterOptions {
  std::string host;
  std::string language = "en";
  std::string type = "access";
  bool reminder = false;
  bool complaint = false;
  std::string format = "text";
  std::string output = "-";
  std::string run;
  std::string date, sent, received;
  std::string country;
  int days = 14;
  LetterSender sender;
  NetChoice net;
};

// What is known of the host: facts, and for a notice of findings the rules that it is judged by.
struct Known {
  HostRecord record;
  std::string tool_version = MEETLAT_VERSION;
};

// Keeps what was seen in memory: no Run is written.
class Keeper final : public ScanObserver {
 public:
  Result<void> finished(HostRecord record) override {
    record_ = std::move(record);
    return {};
  }
  Result<void> rechecked(const std::string&, const Evidence& facts) override {
    for (const Fact& fact : facts.all()) record_.evidence.insert(fact);
    return {};
  }
  HostRecord take() { return std::move(record_); }

 private:
  HostRecord record_;
};

// The probes that put facts which letters read, and those before them; all of them for a notice of findings.
std::vector<const Probe*> probes_for(LetterType type) {
  std::set<std::string_view> wanted;
  std::vector<const Probe*> chosen;
  const auto probes = all_probes();
  for (auto each = probes.rbegin(); each != probes.rend(); ++each) {
    const ProbeInfo& info = (*each)->info();
    const bool read = std::any_of(info.facts.begin(), info.facts.end(), [](const FactSpec& fact) {
      const auto used = letter_facts_used();
      return std::any_of(used.begin(), used.end(), [&](const LetterFactUse& use) {
        return (use.by & LetterFactUse::kLetters) != 0 && use.path == fact.path;
      });
    });
    if (type != LetterType::kFindings && !read && !wanted.contains(info.id)) continue;
    for (const std::string_view before : info.after) wanted.insert(before);
    chosen.insert(chosen.begin(), *each);
  }
  return chosen;
}

Result<HostRecord> measure(const Target& target, LetterType type, const NetChoice& choice, CliContext& context) {
  const auto opt_out = OptOut::load(data_path("data/opt-out.json"));
  if (!opt_out) return fail(opt_out.error());
  if (opt_out->find(target.base.host()) != nullptr) {
    context.err << "meetlat: this host asked not to be contacted, so nothing was looked at\n";
    HostRecord record;
    record.host = target.id;
    return record;
  }
  auto network = make_network(choice);
  if (!network) return fail(network.error());
  ScanOptions options;
  options.jobs = 1;
  options.limits = make_limits(choice);
  options.probes = probes_for(type);
  options.stop_when_alike = false;
  Keeper keeper;
  const auto outcome = scan(std::span(&target, 1), {}, **network, options, Clock::system(), keeper, context.stop);
  if (!outcome) return fail(outcome.error());
  if (!outcome->stopped.empty()) return fail(ErrorCode::kCancelled, outcome->stopped);
  return keeper.take();
}

// From the stored Run; the target too, since it carries what lists claim.
Result<Known> recall(const std::string& file, Target& target) {
  const auto run = read_run(file);
  if (!run) return fail(run.error());
  std::vector<std::string> ids;
  for (const HostRecord& each : run->hosts) ids.push_back(each.host);
  const auto meant = hosts_meant(target.id, ids);
  if (meant && meant->size() > 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--run: the Run holds {} of that name, and a letter is about one: {}", meant->size(),
                            printable(join(*meant, ", "))));
  }
  const std::string id = meant && !meant->empty() ? meant->front() : target.id;
  for (const Target& each : run->header.targets) {
    if (each.id == id) target = each;
  }
  const HostRecord* record = record_of(*run, id);
  if (record == nullptr) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("--run: the Run holds no {}", printable(target.id)));
  }
  return Known{*record, run->header.tool_version};
}

Result<Date> date_from(const std::string& text, const char* option) {
  auto date = parse_date(text);
  if (!date) return fail(date.error().code, fmt::format("{}: {}", option, date.error().context));
  return date;
}

// "2026-11-20", with or without "14:00": a hoster that looks into its logs needs a time that can be looked for.
Result<void> check_times(const LetterSender& sender) {
  struct Option {
    const std::string& text;
    std::string_view name;
  };
  for (const Option& option : {Option{sender.from, "--from"}, Option{sender.to, "--to"}}) {
    if (option.text.empty()) continue;
    const std::string_view whole = trim(option.text);
    const auto wrong = [&] {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: '{}' is no time; wanted is YYYY-MM-DD or 'YYYY-MM-DD HH:MM'", option.name,
                              excerpt(option.text, 40)));
    };
    if (!parse_date(whole.substr(0, 10))) return wrong();
    if (whole.size() == 10) continue;
    const std::string_view clock = whole.substr(10);
    const auto digit = [&](std::size_t at) { return clock[at] >= '0' && clock[at] <= '9'; };
    const bool form = clock.size() == 6 && (clock[0] == ' ' || clock[0] == 'T') && clock[3] == ':' && digit(1) &&
                      digit(2) && digit(4) && digit(5);
    if (!form || clock.substr(1, 2) > "23" || clock.substr(4, 2) > "59") return wrong();
  }
  return {};
}

Result<LetterChoice> choice_from(const LetterOptions& options, const SupervisoryAuthorities& authorities) {
  LetterChoice choice;
  choice.type = letter_type_from(options.type).value_or(LetterType::kAccess);  // CLI11 checked it
  if (options.reminder) choice.stage = LetterStage::kReminder;
  if (options.complaint) choice.stage = LetterStage::kComplaint;
  choice.form = options.format == "markdown" ? LetterForm::kMarkdown : LetterForm::kText;
  if (choice.type == LetterType::kFindings && choice.stage != LetterStage::kRequest) {
    return fail(ErrorCode::kInvalidArgument, "--reminder and --complaint are about a request, not about findings");
  }
  choice.date = today();
  if (!options.date.empty()) {
    const auto date = date_from(options.date, "--date");
    if (!date) return fail(date.error());
    choice.date = *date;
  }
  for (const auto& [text, name, place] : {std::tuple{&options.sent, "--sent", &choice.sent},
                                          std::tuple{&options.received, "--received", &choice.received}}) {
    if (text->empty()) continue;
    const auto date = date_from(*text, name);
    if (!date) return fail(date.error());
    *place = *date;
  }
  if (!options.country.empty()) {
    const auto country = parse_country(options.country, authorities);
    if (!country) return fail(country.error().code, "--country: " + country.error().context);
    choice.country = *country;
  }
  if (auto ok = check_times(options.sender); !ok) return fail(ok.error());
  choice.days = options.days;
  choice.sender = options.sender;
  return choice;
}

// "" when there is nothing to give notice of, which is said and sets the exit code.
Result<std::string> notice(const LetterChoice& choice, const LetterFacts& facts, const Target& target,
                           const Known& known, const LetterData& data, CliContext& context) {
  auto rules = load_rules(data_path("rules"), find_fact);
  if (!rules) return fail(rules.error());
  const Profile* profile = rules->profile("default");
  if (profile == nullptr) return fail(ErrorCode::kSchema, "there is no profile 'default'");
  const HostReport report = judge(target, known.record, *rules, *profile);
  if (report.status != HostStatus::kMeasured) {
    context.err << "meetlat: " << printable(target.id) << ' ' << words_for(report.status)
                << ", so there is nothing to give notice of\n";
    context.exit = ExitCode::kNothingAudited;
    return std::string();
  }
  const bool any = std::any_of(report.findings.begin(), report.findings.end(),
                               [](const Finding& finding) { return finding.outcome == Outcome::kFail; });
  if (!any) {
    context.err << "meetlat: no finding failed for " << printable(target.id)
                << ", so there is nothing to give notice of\n";
    return std::string();
  }
  return write_findings_notice(choice, facts, {report, *rules, known.tool_version}, data);
}

Result<void> write(const LetterOptions& options, CliContext& context) {
  const auto data = LetterData::load(options.language);
  if (!data) return fail(data.error());
  const auto choice = choice_from(options, data->authorities);
  if (!choice) return fail(choice.error());
  auto target = parse_target(options.host);
  if (!target) return fail(target.error());
  Known known;
  if (!options.run.empty()) {
    auto recalled = recall(options.run, *target);
    if (!recalled) return fail(recalled.error());
    known = std::move(*recalled);
  } else {
    auto record = measure(*target, choice->type, options.net, context);
    if (!record) return fail(record.error());
    known.record = std::move(*record);
  }
  const LetterFacts facts = read_letter_facts(*target, known.record.evidence);
  const bool findings = choice->type == LetterType::kFindings;
  if (!facts.measured && !findings) {
    context.err << "meetlat: nothing could be measured about " << printable(target->id)
                << ", so what would come from there is blank\n";
  }
  const auto letter =
      findings ? notice(*choice, facts, *target, known, *data, context) : write_letter(*choice, facts, *data);
  if (!letter) return fail(letter.error());
  if (letter->empty()) return {};
  return write_text(*letter, options.output, context);
}

void add_sender_options(CLI::App& command, LetterSender& sender) {
  const char* group =
      "How the hoster can find your data (all of it optional; what you name becomes known to the hoster with the "
      "letter, nothing of it is stored)";
  command.add_option("--sender", sender.name, "Your name")->group(group);
  command.add_option("--reply-to", sender.reply_to, "Mail address for the answer")->group(group);
  command.add_option("--room", sender.room, "Name of the room")->group(group);
  command.add_option("--name", sender.display_name, "Name that you used in the meeting")->group(group);
  command.add_option("--from", sender.from, "Start of the time, as in '2026-11-20 14:00'")->group(group);
  command.add_option("--to", sender.to, "End of the time")->group(group);
  command.add_option("--zone", sender.zone, "Time zone of both")->group(group);
  command.add_option("--address", sender.address, "Your public IP address at that time")->group(group);
}

void add_letter_options(CLI::App& command, LetterOptions& options) {
  const char* group = "Letter";
  const std::vector<std::string> languages(kLetterLanguages.begin(), kLetterLanguages.end());
  command.add_option("--lang", options.language, "Language of the letter")
      ->check(CLI::IsMember(languages))
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--type", options.type,
                  "access, erasure, objection or portability: a request; findings: the "
                  "notice before publication")
      ->check(CLI::IsMember({"access", "erasure", "objection", "portability", "findings"}))
      ->capture_default_str()
      ->group(group);
  auto* reminder =
      command.add_flag("--reminder", options.reminder, "Remind of a request that was not answered in time");
  auto* complaint =
      command.add_flag("--complaint", options.complaint, "Complain about that to the supervisory authority");
  reminder->group(group)->excludes(complaint);
  complaint->group(group);
  command.add_option("--format", options.format, "text or markdown")
      ->check(CLI::IsMember({"text", "markdown"}))
      ->capture_default_str()
      ->group(group);
  command.add_option("--output", options.output, "File for the letter; - is standard output")
      ->capture_default_str()
      ->group(group);
  command.add_option("--run", options.run, "Take the facts from this stored Run instead of looking at the host")
      ->group(group);
  command.add_option("--date", options.date, "Date of the letter, YYYY-MM-DD; default: today")->group(group);
  command.add_option("--sent", options.sent, "When the request was sent, for --reminder and --complaint")->group(group);
  command.add_option("--received", options.received, "When the hoster got it; default: the day of sending")
      ->group(group);
  command.add_option("--days", options.days, "Days for the answer to a reminder or to findings")
      ->check(CLI::Range(1, 365))
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--country", options.country,
                  "Country of the controller as NL, or DE-BE for a Land of Germany: for its public holidays and its "
                  "supervisory authority")
      ->group(group);
}

}  // namespace

Date today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return {std::chrono::year(local.tm_year + 1900), std::chrono::month(static_cast<unsigned>(local.tm_mon + 1)),
          std::chrono::day(static_cast<unsigned>(local.tm_mday))};
}

const HostRecord* record_of(const Run& run, const std::string& id) {
  const HostRecord* found = nullptr;
  for (const HostRecord& each : run.hosts) {
    if (each.host == id) found = &each;
  }
  return found;
}

Result<void> write_advice(const Run& run, const std::string& language, const std::string& output, CliContext& context) {
  const auto data = LetterData::load(language);
  if (!data) return fail(data.error());
  const auto& targets = run.header.targets;
  if (targets.empty()) return fail(ErrorCode::kInvalidArgument, "--advice: the host asked not to be contacted");
  const HostRecord* record = record_of(run, targets.front().id);
  const LetterFacts facts = read_letter_facts(targets.front(), record == nullptr ? Evidence{} : record->evidence);
  if (!facts.measured) {
    context.err << "meetlat: nothing could be measured about " << printable(targets.front().id)
                << ", so the draft is for you to fill in\n";
  }
  const auto draft = write_policy_draft(today(), facts, *data);
  if (!draft) return fail(draft.error());
  return write_text(*draft, output, context);
}

void add_letter(CLI::App& app, CliContext& context) {
  auto options = std::make_shared<LetterOptions>();
  CLI::App* command = app.add_subcommand(
      "letter", "Write a request under the GDPR to a hoster, a reminder, a complaint, or a notice of findings");
  command->add_option("HOST", options->host, "Host name, host:port or URL of an instance")->required();
  add_letter_options(*command, *options);
  add_sender_options(*command, options->sender);
  add_net_options(*command, options->net);
  command->footer("The letter is a draft to be checked. Nothing is sent, and nothing about you is stored.");
  command->callback([options, &context] {
    if (auto done = write(*options, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
