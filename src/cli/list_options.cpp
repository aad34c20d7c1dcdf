#include "cli/list_options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <ostream>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "lists/loader.h"
#include "lists/opt_out.h"
#include "report/summary.h"

namespace meetlat {
namespace {

constexpr std::size_t kNotesShown = 5;  // of one list

std::vector<std::string> sources_of(const ListChoice& choice) {
  if (choice.sources.empty()) return {std::string(kBundledList)};
  return choice.sources;
}

void tell(const LoadedList& list, std::ostream& out) {
  const ListRecord& record = list.record;
  for (const std::string& warning : list.warnings) out << "meetlat: warning: " << printable(warning) << '\n';
  std::string dropped;
  if (record.placeholders > 0)
    dropped += fmt::format(", {} dropped", count_words(record.placeholders, "placeholder row"));
  if (record.other_software > 0)
    dropped += fmt::format(", {} of other software dropped", count_words(record.other_software, "row"));
  out << fmt::format("meetlat: {}: {} ({}{}), of {}\n", printable(record.name), count_words(record.targets, "instance"),
                     record.format, dropped, record.date);
  const auto& notes = list.parsed.notes;
  for (std::size_t i = 0; i < std::min(notes.size(), kNotesShown); ++i) {
    out << fmt::format("meetlat: {}: {}\n", printable(record.name), printable(notes[i]));
  }
  if (notes.size() > kNotesShown) {
    out << fmt::format("meetlat: {}: {} more such lines\n", printable(record.name), notes.size() - kNotesShown);
  }
}

}  // namespace

void add_list_options(CLI::App& app, ListChoice& choice) {
  const char* group = "Lists";
  app.add_option("--list", choice.sources,
                 "List of hosters: a file, an http(s) URL, - for standard input, or 'bundled' (the default); may be "
                 "repeated")
      ->group(group)
      ->type_name("SRC")
      ->allow_extra_args(false);
  app.add_flag("--offline", choice.offline, "Fetch no list; URLs come from their stored copies")->group(group);
  app.add_option("--opt-out", choice.opt_out, "Hosts that must not be contacted, beside the bundled ones")
      ->group(group)
      ->type_name("FILE");
}

bool needs_network(const ListChoice& choice) {
  if (choice.offline) return false;
  const auto sources = sources_of(choice);
  return std::any_of(sources.begin(), sources.end(), [](const std::string& spec) { return is_list_url(spec); });
}

Result<OptOut> load_opt_outs(const ListChoice& choice) {
  auto all = OptOut::load(data_path("data/opt-out.json"));
  if (!all) return fail(all.error().code, "the bundled opt-outs cannot be read: " + all.error().context);
  if (!choice.opt_out.empty()) {
    auto more = OptOut::load(choice.opt_out);
    if (!more) return fail(more.error().code, "--opt-out: " + more.error().context);
    all->add(*more);
  }
  all->add(choice.reviewed);
  return all;
}

Result<MergedList> gather_targets(const ListChoice& choice, Network* network, std::ostream& warnings) {
  const auto opt_out = load_opt_outs(choice);
  if (!opt_out) return fail(opt_out.error());
  LoadOptions options;
  options.offline = choice.offline;
  options.network = network;
  options.input = choice.input;
  options.stop = choice.stop;
  std::vector<LoadedList> lists;
  std::set<std::string> seen;
  for (const std::string& spec : sources_of(choice)) {
    if (!seen.insert(spec).second) {
      warnings << "meetlat: warning: " << printable(spec) << " is named twice; read once\n";
      continue;
    }
    auto list = load_list(spec, options);
    if (!list) return fail(list.error());
    tell(*list, warnings);
    lists.push_back(std::move(*list));
  }
  MergedList merged = merge_lists(lists, *opt_out);
  if (lists.size() > 1) {
    warnings << fmt::format("meetlat: together {}, {} listed more than once\n",
                            count_words(merged.targets.size(), "instance"), merged.repeats);
  }
  if (!merged.excluded.empty()) {
    const bool one = merged.excluded.size() == 1;
    warnings << fmt::format("meetlat: {} opted out and {} left alone\n",
                            count_words(merged.excluded.size(), "instance"), one ? "is" : "are");
  }
  return merged;
}

Result<MergedList> gather_targets(const ListChoice& choice, Network& network, std::ostream& warnings) {
  return gather_targets(choice, &network, warnings);
}

}  // namespace meetlat
