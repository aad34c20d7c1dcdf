#include "cli/history_input.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <ostream>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "history/history_json.h"
#include "history/history_run.h"
#include "history/run_store.h"
#include "judgement/judge.h"
#include "report/summary.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostExportBytes = std::size_t{2} << 30;

struct Place {
  std::string file;
  bool named = false;  // by the user; else it was in a folder
};

Result<std::vector<Place>> places_of(const std::vector<std::string>& files) {
  std::vector<Place> out;
  for (const std::string& file : files) {
    std::error_code failed;
    if (!std::filesystem::is_directory(file, failed)) {
      out.push_back({file, true});
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(file, failed)) {
      if (entry.path().extension() == ".jsonl") found.push_back(entry.path().string());
    }
    if (failed) return fail(error_from_errno(failed.value(), file));
    if (found.empty()) return fail(ErrorCode::kNotFound, fmt::format("{} holds no Run (*.jsonl)", file));
    // By name they are by time, when meetlat named them.
    std::sort(found.begin(), found.end());
    for (std::string& each : found) out.push_back({std::move(each), false});
  }
  return out;
}

}  // namespace

struct HistoryInput::Impl {
  Rulebook rulebook;
  LoadedReviews reviews;
  bool rejudge = false;
  std::vector<Place> places;
  std::size_t at = 0;
  std::unique_ptr<History> history;  // the export that is being given, and its Runs
  std::function<std::optional<HistoryRun>()> exported;
  std::size_t other_rules = 0;
  std::size_t demo = 0;
  std::vector<std::string> unreadable;

  Result<void> open_export(const std::string& file, const Error& no_run) {
    const auto bytes = read_file(file, kMostExportBytes);
    if (!bytes) return fail(bytes.error());
    const auto json = parse_json(*bytes);
    if (!json || json_string(*json, "schema") != "meetlat-history/1") return fail(no_run);
    auto read = history_from_json(*json);
    if (!read) return fail(read.error().code, fmt::format("{}: {}", file, read.error().context));
    history = std::make_unique<History>(std::move(*read));
    // Who opted out since does not come back by an old export.
    std::erase_if(history->hosts, [&](const HostHistory& host) {
      const auto target = parse_target(host.host);
      return target && reviews.opt_out.find(target->base.host()) != nullptr;
    });
    exported = runs_of(*history);
    return {};
  }

  // Nothing: passed over, or the file is an export whose Runs come next.
  Result<std::optional<HistoryRun>> open(const Place& place, bool without_demo) {
    auto run = read_run(place.file);
    if (!run) {
      if (place.named) {
        if (run.error().code != ErrorCode::kSchema) return fail(run.error());
        if (auto opened = open_export(place.file, run.error()); !opened) return fail(opened.error());
      } else {
        unreadable.push_back(describe(run.error()));
      }
      return std::nullopt;
    }
    if (run->header.demo && without_demo) {
      ++demo;
      return std::nullopt;
    }
    if (!rejudge && run->header.rules_digest != rulebook.rules.digest) {
      if (place.named) return fail(demand_same_rules(*run, place.file, rulebook.rules).error());
      ++other_rules;
      return std::nullopt;
    }
    exclude(*run, reviews.opt_out);
    return history_run(run->header, judge(*run, rulebook.rules, *rulebook.profile, reviews.reviews));
  }
};

HistoryInput::HistoryInput(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HistoryInput::HistoryInput(HistoryInput&&) noexcept = default;
HistoryInput::~HistoryInput() = default;

Result<HistoryInput> HistoryInput::open(const HistoryInputChoice& choice, std::ostream& warnings) {
  auto places = places_of(choice.files);
  if (!places) return fail(places.error());
  auto rulebook = load_rulebook(choice.rules, warnings);
  if (!rulebook) return fail(rulebook.error());
  auto reviews = load_reviews(choice.reviews, rulebook->rules, warnings);
  if (!reviews) return fail(reviews.error());
  auto impl = std::make_unique<Impl>();
  impl->rulebook = std::move(*rulebook);
  impl->reviews = std::move(*reviews);
  impl->rejudge = choice.rejudge;
  impl->places = std::move(*places);
  return HistoryInput(std::move(impl));
}

Result<std::optional<HistoryRun>> HistoryInput::next() {
  for (;;) {
    std::optional<HistoryRun> run;
    if (impl_->exported) {
      run = impl_->exported();
      if (!run) impl_->exported = nullptr;
      if (run && run->info.demo && real_only) {
        ++impl_->demo;
        run.reset();
      }
    } else {
      if (impl_->at >= impl_->places.size()) return std::nullopt;
      auto opened = impl_->open(impl_->places[impl_->at++], real_only);
      if (!opened) return opened;
      run = std::move(*opened);
    }
    if (run && !run->hosts.empty()) return run;
  }
}

std::vector<std::string> HistoryInput::warnings() const {
  std::vector<std::string> out = impl_->unreadable;
  if (impl_->other_rules > 0) {
    out.push_back(fmt::format("{} judged by other rule sets {} left out; --rejudge takes them in, judged by {}",
                              count_words(impl_->other_rules, "Run"), impl_->other_rules == 1 ? "is" : "are",
                              impl_->rulebook.rules.version));
  }
  if (impl_->demo > 0) {
    out.push_back(
        fmt::format("{} {} left out: the usual history is of real hosts, and a DEMO Run is of the bundled fixtures; "
                    "--history FILE names a file for them",
                    count_words(impl_->demo, "DEMO Run"), impl_->demo == 1 ? "is" : "are"));
  }
  return out;
}

void add_history_input_options(CLI::App& app, HistoryInputChoice& choice) {
  choice.rules.format = "json";
  app.add_option("FILE", choice.files, "Run files, exports of a history, or folders of Run files")->required();
  app.add_flag("--rejudge", choice.rejudge, "Judge all Runs by the rules of today, even if others judged them then");
  app.add_option("--profile", choice.rules.profile, "Weights and letters")->capture_default_str();
  add_rule_options(app, choice.rules.rules, {});
  add_review_option(app, choice.reviews);
}

}  // namespace meetlat
