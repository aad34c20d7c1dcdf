#include "cli/review_options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/host_choice.h"
#include "history/review.h"
#include "probes/probe.h"

namespace meetlat {

void add_review_option(CLI::App& app, ReviewChoice& choice) {
  app.add_option("--reviews", choice.file,
                 "File of reviews: corrections, opt-outs, waivers and others; default: review.yml in the configuration "
                 "folder, if there is one")
      ->group("Report")
      ->type_name("FILE")
      ->envname("MEETLAT_REVIEWS");  // of nested commands too: all of them mean one file
}

std::filesystem::path review_file(const std::string& named) {
  return named.empty() ? config_dir() / "review.yml" : std::filesystem::path(named);
}

Result<void> check_review_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.parent_path();
  std::error_code ignored;
  if (folder.empty() || folder == config_dir() || std::filesystem::is_directory(folder, ignored)) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("--reviews: there is no folder {}", printable(folder.string())));
}

Result<LoadedReviews> load_reviews(const ReviewChoice& choice, const RuleSet& rules, std::ostream& warnings) {
  LoadedReviews out;
  auto bundled = OptOut::load(data_path("data/opt-out.json"));
  if (!bundled) return fail(bundled.error().code, "the bundled opt-outs cannot be read: " + bundled.error().context);
  out.opt_out = *std::move(bundled);
  const std::filesystem::path file = review_file(choice.file);
  std::error_code ignored;
  if ((choice.file.empty() || choice.may_be_new) && !std::filesystem::exists(file, ignored)) return out;
  const auto reviews = read_reviews(file);
  if (!reviews) return fail(reviews.error());
  ResolvedReviews resolved = resolve(*reviews, find_fact, rules, format_date(Clock::system().now()));
  for (const std::string& warning : resolved.warnings) {
    warnings << fmt::format("meetlat: warning: {}: {}\n", file.string(), printable(warning));
  }
  out.reviews = std::move(resolved.reviews);
  for (const Review& review : resolved.opt_outs) {
    // As a registrable domain it covers every name below it.
    const bool domain = !is_ip_literal(review.host) && registrable_domain(review.host) == review.host;
    out.opt_out.add(OptOut::Entry{(domain ? "*." : "") + review.host, review.date, review.reason});
  }
  return out;
}

void exclude(Run& run, const OptOut& opt_out) {
  const auto reason_for = [&](const Target& target) { return opt_out.find(target.base.host()); };
  std::vector<Target> left;
  for (Target& target : run.header.targets) {
    const OptOut::Entry* entry = reason_for(target);
    if (entry == nullptr) {
      left.push_back(std::move(target));
      continue;
    }
    std::erase_if(run.hosts, [&](const HostRecord& record) { return record.host == target.id; });
    run.header.excluded.push_back({std::move(target), entry->reason});
  }
  run.header.targets = std::move(left);
  // A record of a host that the plan does not name.
  std::erase_if(run.hosts, [&](const HostRecord& record) {
    const auto target = parse_server(record.host);
    return target && reason_for(*target) != nullptr;
  });
}

Result<void> narrow_to(Run& run, const std::string& host) {
  std::vector<std::string> ids;
  for (const Target& each : run.header.targets) ids.push_back(each.id);
  for (const ExcludedHost& each : run.header.excluded) ids.push_back(each.target.id);
  for (const HostRecord& each : run.hosts) ids.push_back(each.host);
  const auto meant = hosts_meant(host, ids);
  if (!meant) return fail(meant.error());
  const auto other = [&](const std::string& id) { return std::find(meant->begin(), meant->end(), id) == meant->end(); };
  std::erase_if(run.header.targets, [&](const Target& each) { return other(each.id); });
  std::erase_if(run.header.excluded, [&](const ExcludedHost& each) { return other(each.target.id); });
  std::erase_if(run.hosts, [&](const HostRecord& each) { return other(each.host); });
  if (meant->empty()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("--host: the Run holds no {}", printable(host)));
  }
  return {};
}

Result<void> demand_same_rules(const Run& run, const std::string& file, const RuleSet& rules) {
  if (run.header.rules_digest == rules.digest) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} was judged by rule set {} ({}), this is {} ({}); add --rejudge to judge it by this one, "
                          "or --rules {} if that set was kept",
                          file, run.header.rules_version, run.header.rules_digest.substr(0, 12), rules.version,
                          rules.digest.substr(0, 12), printable(run.header.rules_version)));
}

}  // namespace meetlat
