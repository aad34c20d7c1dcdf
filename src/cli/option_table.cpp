#include "cli/option_table.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "probes/probe.h"
#include "report/writer.h"

namespace meetlat {
namespace {

// What options take, where they do not say it themselves. A number is N unless it has a unit.
std::string value_of(const std::string& name, bool number) {
  static const std::map<std::string, std::string, std::less<>> kWords = {
      {"address", "IP"},
      {"base-rules", "DIR"},
      {"baseline", "FILE"},
      {"build", "N"},
      {"ca-file", "FILE"},
      {"color", "WHEN"},
      {"config", "FILE"},
      {"confirm", "N/M"},
      {"confirm-pause", "SECONDS"},
      {"country", "COUNTRY"},
      {"ct-logs", "FILE"},
      {"date", "DATE"},
      {"fail-on", "SEVERITY"},
      {"file", "FILE"},
      {"for", "SYSTEM"},
      {"format", "FORMAT"},
      {"from", "TIME"},
      {"from-files", "FILE"},
      {"geo", "TABLE"},
      {"host", "HOST"},
      {"hosts-file", "FILE"},
      {"hsts-preload-list", "FILE"},
      {"item", "ITEM"},
      {"keep", "FILE"},
      {"lang", "LANG"},
      {"latency", "MS"},
      {"list", "SRC"},
      {"log", "FILE"},
      {"media-type", "TYPE"},
      {"min-grade", "LETTER"},
      {"only", "PROBE"},
      {"opt-out", "FILE"},
      {"out", "DIR"},
      {"output", "FILE"},
      {"per-host-delay", "SECONDS"},
      {"personas", "DIR"},
      {"profile", "PROFILE"},
      {"proxy", "URL"},
      {"received", "DATE"},
      {"reply-to", "MAIL"},
      {"report", "FORMAT=FILE"},
      {"resolver", "ADDRESS"},
      {"resume", "RUN"},
      {"reviews", "FILE"},
      {"rules", "VERSION"},
      {"rules-dir", "DIR"},
      {"run", "FILE"},
      {"sent", "DATE"},
      {"timeout", "SECONDS"},
      {"tls", "HOW"},
      {"to", "TIME"},
      {"trust-anchor", "FILE"},
      {"type", "TYPE"},
      {"value", "VALUE"},
      {"zone", "ZONE"},
      {"advice", "KIND"},
      {"persona", "NAME"},
      {"name", "NAME"},
      {"room", "NAME"},
      {"sender", "NAME"},
      {"vantage", "NAME"},
  };
  const auto found = kWords.find(name);
  if (found != kWords.end()) return found->second;
  return number ? "N" : "TEXT";
}

// "TEXT:{a,b}" and "INT:INT in [1 - 5]" are CLI11's forms of a type and its checks.
struct TypeWords {
  std::string name;
  std::vector<std::string> choices;
  std::string range;
};

TypeWords type_words(const CLI::Option& option) {
  const std::string whole = option.get_type_name();
  TypeWords out;
  const std::size_t colon = whole.find(':');
  out.name = whole.substr(0, colon);
  if (colon == std::string::npos) return out;
  const std::string check = whole.substr(colon + 1);
  if (check.starts_with("{") && check.ends_with("}")) {
    out.choices = split(check.substr(1, check.size() - 2), ',');
  } else if (const std::size_t from = check.find(" in ["); from != std::string::npos && check.ends_with("]")) {
    out.range = check.substr(from + 5, check.size() - from - 6);
    if (const std::size_t dash = out.range.find(" - "); dash != std::string::npos) out.range.replace(dash, 3, " to ");
  }
  return out;
}

bool is_number(const std::string& type) {
  return type == "INT" || type == "UINT" || type == "FLOAT";
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".yml") out.push_back(entry.path().stem().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> rule_ids() {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(data_path("rules"), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory(ignored) || name == "profiles" || name == "guidelines") continue;
    for (std::string& id : files_in(entry.path())) out.push_back(std::move(id));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> fact_paths() {
  std::vector<std::string> out;
  for (const Probe* probe : all_probes()) {
    for (const FactSpec& fact : probe->info().facts) out.emplace_back(fact.path);
  }
  return out;
}

std::vector<std::string> report_formats() {
  std::vector<std::string> out;
  for (const ReportWriter* writer : all_report_writers()) out.emplace_back(writer->format());
  return out;
}

// Values that are known, although it is not CLI11 that checks them.
std::vector<std::string> known_values(const OptionRow& row, const CLI::App& command) {
  if (row.value == "FORMAT=FILE") return report_formats();
  if (row.value == "FORMAT" && command.get_option_no_throw("--report") != nullptr) return report_formats();
  if (row.value == "PROFILE") return files_in(data_path("rules/profiles"));
  if (row.value == "RULE") return rule_ids();
  if (row.value == "ITEM") {
    std::vector<std::string> items = rule_ids();
    // Only a correction has a value, and only it can be about a fact.
    if (command.get_option_no_throw("--value") == nullptr) return items;
    for (std::string& path : fact_paths()) items.push_back(std::move(path));
    return items;
  }
  if (row.value != "PROBE") return {};
  std::vector<std::string> out;
  for (const Probe* probe : all_probes()) out.emplace_back(probe->info().id);
  return out;
}

OptionRow row_of(const CLI::Option& option, const CLI::App& command) {
  OptionRow row;
  for (const std::string& name : option.get_snames()) row.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) row.names.push_back("--" + name);
  const TypeWords type = type_words(option);
  const bool flag = option.get_items_expected_max() == 0;
  if (row.names.empty()) {
    row.value = option.get_single_name();
  } else if (!flag) {
    row.value = type.name;
  } else if (option.get_fnames().size() == 1 && option.get_lnames().size() == 1) {
    // "--advice{list}" is --advice or --advice=KIND; CLI11 has no type for it. In "--x,!--no-x" the one is another
    // name.
    row.optional_value = true;
    row.value = value_of(option.get_lnames().front(), false);
  }
  row.repeated = option.get_items_expected_max() > 1;
  row.required = option.get_required();
  row.group = option.get_group();
  row.description = option.get_description();
  // Which configuration file is read follows from where it is asked.
  if (!flag && &option != command.get_config_ptr()) row.fallback = option.get_default_str();
  row.range = type.range;
  row.choices = type.choices.empty() && !row.value.empty() ? known_values(row, command) : type.choices;
  for (const CLI::Option* other : option.get_excludes()) {
    if (!other->get_lnames().empty()) row.excludes.push_back("--" + other->get_lnames().front());
  }
  std::sort(row.excludes.begin(), row.excludes.end());
  return row;
}

CommandRow command_row(const CLI::App& app, const std::string& path, const std::string& inherited_footer) {
  CommandRow row;
  row.path = path;
  row.description = app.get_description();
  if (app.get_footer() != inherited_footer) row.footer = app.get_footer();
  for (const std::string& group : app.get_groups()) {
    if (!group.empty()) row.groups.push_back(group);
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    OptionRow made = row_of(*option, app);
    (made.names.empty() ? row.operands : row.options).push_back(std::move(made));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    row.commands.push_back(
        command_row(*command, (path.empty() ? "" : path + " ") + command->get_name(), app.get_footer()));
  }
  return row;
}

}  // namespace

void name_values(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string type = type_words(*option).name;
    if (option->get_items_expected_max() == 0 || !(type.empty() || type == "TEXT" || is_number(type))) continue;
    if (option->get_lnames().empty()) {
      option->type_name("");  // an operand's own name says it
    } else {
      option->type_name(value_of(option->get_lnames().front(), is_number(type)));
    }
  }
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) name_values(*command);
}

CommandRow option_table(const CLI::App& app) {
  return command_row(app, "", "");
}

}  // namespace meetlat
