#include "cli/manual.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "base/file.h"
#include "base/text.h"

namespace meetlat {
namespace {

using Texts = std::map<std::string, std::string, std::less<>>;  // of options, by name or by "command name"

std::string page_of(const CommandRow& command) {
  return "meetlat-" + command.path;
}

std::string title_line(const std::string& name_and_section, std::string_view heading) {
  return fmt::format("{} \"meetlat {}\" \"{}\"\n", name_and_section, MEETLAT_VERSION, heading);
}

// "--output FILE" as it is typed, for the heading of an option.
std::string heading_of(const OptionRow& option) {
  std::string out;
  for (const std::string& name : option.names) out += (out.empty() ? "*" : ", *") + scdoc_text(name) + "*";
  if (option.value.empty()) return out;
  const std::string value = "_" + scdoc_text(option.value) + "_";
  if (option.optional_value) return out + "[=" + value + "]";
  return out + (option.names.empty() ? "" : " ") + value;
}

std::string bold_list(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += "*" + scdoc_text(words[i]) + "*";
  }
  return out;
}

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '?') text += '.';
  return text;
}

std::string uncapitalized(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

bool names_all(const std::string& description, const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return description.find(word) != std::string::npos; });
}

std::string described(const OptionRow& option) {
  constexpr std::size_t kMostChoices = 20;  // ids of rules are another page's
  std::string out = scdoc_text(sentence(option.description));
  if (!option.choices.empty() && option.choices.size() <= kMostChoices &&
      !names_all(option.description, option.choices)) {
    out += fmt::format(" {}: {}.", option.repeated ? "Any of" : "One of", bold_list(option.choices));
  }
  if (!option.range.empty() && option.description.find(option.range) == std::string::npos) {
    out += " From " + scdoc_text(option.range) + ".";
  }
  if (option.required && !option.names.empty()) out += " Required.";
  if (!option.fallback.empty()) out += " Default: *" + scdoc_text(option.fallback) + "*.";
  if (!option.excludes.empty()) out += " Not together with " + bold_list(option.excludes) + ".";
  return out;
}

// The paragraphs of a text, each a step to the right.
std::string indented(const std::string& text) {
  std::string out;
  for (const std::string& line : split(text, '\n')) out += (line.empty() ? "" : "\t" + line) + "\n";
  return out;
}

// The texts that were not asked for, so that a misspelt name is found.
class More {
 public:
  explicit More(Texts texts) : texts_(std::move(texts)) {}
  std::string take(const std::string& command, const OptionRow& option) {
    std::string out;
    for (const std::string& name : option.names) {
      for (const std::string& key : {name, fmt::format("{} {}", command, name)}) {
        const auto found = texts_.find(key);
        if (found == texts_.end()) continue;
        used_.insert(key);
        out += "\n" + found->second;
      }
    }
    return out;
  }
  std::string unused() const {
    for (const auto& [key, text] : texts_) {
      if (!used_.contains(key)) return key;
    }
    return "";
  }
  bool has(const std::string& key) const { return texts_.contains(key); }

 private:
  Texts texts_;
  std::set<std::string> used_;
};

class PageWriter {
 public:
  PageWriter(const CommandRow& table, More& shared) : table_(table), shared_(shared) {}

  // The page of `command` (nullptr: a page that is not about one), made of its source (may be empty).
  Result<std::string> write(const std::string& file, const std::string& source, const CommandRow* command);

 private:
  std::string synopsis(const CommandRow& command) const;
  std::string options(const CommandRow& command, More& own, bool nested);
  std::string commands(const CommandRow& of) const;
  Result<std::string> directive(const std::string& name, const std::string& argument, const CommandRow& command,
                                More& own);

  const CommandRow& table_;
  More& shared_;
};

std::string PageWriter::synopsis(const CommandRow& command) const {
  std::string out;
  if (command.has_own_use()) {
    out = "*meetlat " + scdoc_text(command.path) + "*";
    for (const OptionRow& option : command.options) {
      if (option.required) out += " " + heading_of(option);
    }
    for (const OptionRow& operand : command.operands) {
      const std::string value = "_" + scdoc_text(operand.value) + "_";
      out += operand.required ? " " + value : " \\[" + value + "\\]";
      if (operand.repeated) out += "...";
    }
    out += " \\[_OPTION_\\]...";
  }
  for (const CommandRow& nested : command.commands) out += (out.empty() ? "" : "++\n") + synopsis(nested);
  return out;
}

std::string PageWriter::options(const CommandRow& command, More& own, bool nested) {
  const std::string last = command.path.substr(command.path.find(' ') + 1);
  std::string out;
  const auto entry = [&](const OptionRow& option) {
    if (nested && option.last_name() == "--help") return;
    out += heading_of(option) + "\n\t" + described(option) + "\n";
    const std::string more = own.take(nested ? last : "", option);
    const std::string text = more.empty() ? shared_.take("", option) : more;
    out += text.empty() ? "\n" : indented(text) + "\n";
  };
  for (const OptionRow& operand : command.operands) entry(operand);
  for (const std::string& group : command.groups) {
    bool first = true;
    for (const OptionRow& option : command.options) {
      if (option.group != group) continue;
      if (first && group != "Options") out += (nested ? "*" : "## ") + scdoc_text(group) + (nested ? "*\n\n" : "\n\n");
      first = false;
      entry(option);
    }
  }
  // Of the program itself each command has a page.
  for (const CommandRow& each : command.path.empty() ? std::vector<CommandRow>{} : command.commands) {
    out += fmt::format("## meetlat {}\n\n{}\n\n", scdoc_text(each.path), scdoc_text(sentence(each.description)));
    out += options(each, own, true);
  }
  return out;
}

std::string PageWriter::commands(const CommandRow& of) const {
  std::string out;
  for (const CommandRow& command : of.commands) {
    out += fmt::format("*meetlat {}*\n\t{} See *{}*(1).\n\n", command.path, scdoc_text(sentence(command.description)),
                       page_of(command));
  }
  return out;
}

Result<std::string> PageWriter::directive(const std::string& name, const std::string& argument,
                                          const CommandRow& command, More& own) {
  if (name == "options") return options(command, own, false);
  if (name == "commands") return commands(table_);
  if (name == "rules") return manual_rules();
  if (name == "profiles") return manual_profiles();
  if (name == "guidelines") return manual_guidelines();
  if (name == "schema") return manual_schema(argument);
  return fail(ErrorCode::kSchema, "unknown directive @" + name);
}

struct Source {
  std::vector<std::string> lines;  // without the texts of options
  Texts more;
};

// "@more OPTION" and what follows, up to the next one or "@end".
Result<Source> read_source(const std::string& file, const std::string& text) {
  Source out;
  std::string* open = nullptr;
  int number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    if (line.starts_with("@more ")) {
      const std::string key(trim(line.substr(6)));
      const auto [at, fresh] = out.more.emplace(key, "");
      if (!fresh) return fail(ErrorCode::kSchema, fmt::format("{}:{}: twice @more {}", file, number, key));
      open = &at->second;
    } else if (line == "@end") {
      if (open == nullptr) return fail(ErrorCode::kSchema, fmt::format("{}:{}: @end without @more", file, number));
      open = nullptr;
    } else if (open != nullptr) {
      *open += line + "\n";
    } else {
      out.lines.push_back(line);
    }
  }
  for (auto& [key, said] : out.more) said = std::string(trim(said));
  return out;
}

Result<std::string> PageWriter::write(const std::string& file, const std::string& text, const CommandRow* command) {
  auto source = read_source(file, text);
  if (!source) return fail(source.error());
  More own(std::move(source->more));
  std::string out;
  if (command != nullptr) {
    out = title_line(page_of(*command) + "(1)", "User Commands") + "\n# NAME\n\n" + page_of(*command) + " - " +
          scdoc_text(uncapitalized(command->description)) + "\n\n# SYNOPSIS\n\n" + synopsis(*command) + "\n\n";
    const bool told = std::any_of(source->lines.begin(), source->lines.end(),
                                  [](const std::string& line) { return line == "@options"; });
    if (!told) {
      source->lines.push_back("# OPTIONS\n");
      source->lines.push_back("@options");
    }
  }
  const CommandRow& about = command != nullptr ? *command : table_;
  for (std::size_t i = 0; i < source->lines.size(); ++i) {
    const std::string& line = source->lines[i];
    if (i == 0 && command == nullptr) {
      const std::string section = line.substr(line.find('(') + 1, 1);
      out += title_line(line, section == "1" ? "User Commands" : section == "5" ? "File Formats" : "Miscellanea");
    } else if (line.starts_with("@")) {
      const std::size_t space = std::min(line.find(' '), line.size());
      auto made = directive(line.substr(1, space - 1), std::string(trim(line.substr(space))), about, own);
      if (!made) return fail(made.error().code, fmt::format("{}: {}", file, made.error().context));
      out += *made;
    } else {
      out += line + "\n";
    }
  }
  if (command != nullptr) {
    if (!command->footer.empty()) out += "\n# NOTES\n\n" + scdoc_text(command->footer) + "\n";
    out +=
        "\n# EXIT STATUS\n\n0 fine, 1 a gate failed, 2 wrong usage, 3 could not run, 4 no host could be audited.\n\n"
        "# SEE ALSO\n\n*meetlat*(1), *meetlat.toml*(5), *meetlat-rules*(7), *meetlat-report*(5)\n";
  }
  if (const std::string left = own.unused(); !left.empty()) {
    return fail(ErrorCode::kSchema, fmt::format("{}: @more {}: there is no such option", file, left));
  }
  return out;
}

std::string read_or_empty(const std::filesystem::path& path) {
  auto text = read_file(path);
  return text ? *std::move(text) : std::string();
}

}  // namespace

std::string scdoc_text(std::string_view plain) {
  std::string out;
  bool at_start = true;
  for (const char c : plain) {
    const bool markup = c == '\\' || c == '*' || c == '_';
    // What would begin a heading, a list, a table or a comment.
    const bool begins = at_start && (c == '#' || c == '-' || c == '.' || c == '|' || c == '[' || c == ']' || c == ';');
    if (markup || begins || (c == '+' && out.ends_with('+'))) out += '\\';
    out += c;
    at_start = c == '\n';
  }
  return out;
}

Result<void> write_manual(const CommandRow& table, const std::filesystem::path& sources,
                          const std::filesystem::path& to) {
  auto general = read_source("options.txt", read_or_empty(sources / "options.txt"));
  if (!general) return fail(general.error());
  More shared(std::move(general->more));
  PageWriter writer(table, shared);
  const auto keep = [&](const std::string& name, const std::string& source, const CommandRow* command) -> Result<void> {
    auto page = writer.write(name, source, command);
    if (!page) return fail(page.error());
    return write_file_atomically(to / name, *page);
  };
  std::set<std::string> commands;
  for (const CommandRow& command : table.commands) {
    const std::string name = page_of(command) + ".1.scd";
    commands.insert(name);
    if (auto kept = keep(name, read_or_empty(sources / name), &command); !kept) return kept;
  }
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(sources, failed)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".scd" || commands.contains(name)) continue;
    auto source = read_file(entry.path());
    if (!source) return fail(source.error());
    const std::string page = entry.path().stem().string();  // "meetlat.toml.5"
    const std::size_t dot = page.rfind('.');
    if (dot == std::string::npos || !source->starts_with(page.substr(0, dot) + "(" + page.substr(dot + 1) + ")\n")) {
      return fail(ErrorCode::kSchema, name + ": is about no command, and does not begin with a title");
    }
    if (auto kept = keep(name, *source, nullptr); !kept) return kept;
  }
  if (failed) return fail(ErrorCode::kNotFound, sources.string() + ": " + failed.message());
  if (const std::string left = shared.unused(); !left.empty()) {
    return fail(ErrorCode::kSchema, fmt::format("options.txt: @more {}: no command has such an option", left));
  }
  return {};
}

}  // namespace meetlat
