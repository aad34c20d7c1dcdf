#include "report/advice_lines.h"

#include <algorithm>

#include "base/text.h"
#include "report/asked.h"

namespace meetlat {
namespace {

bool is_word(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// HOST as a word of its own becomes the host's name.
std::string with_host(std::string_view text, const std::string& host) {
  constexpr std::string_view kWord = "HOST";
  if (host.empty()) return std::string(text);
  std::string out;
  while (true) {
    const std::size_t at = text.find(kWord);
    if (at == std::string_view::npos) return out + std::string(text);
    const bool alone =
        (at == 0 || !is_word(text[at - 1])) && (at + kWord.size() == text.size() || !is_word(text[at + kWord.size()]));
    out += text.substr(0, at);
    out += alone ? host : std::string(kWord);
    text.remove_prefix(at + kWord.size());
  }
}

// "A (docker - B)", ".env (docker)", ".env (docker; with a note)" or "A" as the two places of a file.
AdviceLines places_of(const std::string& file) {
  constexpr std::string_view kDocker = "(docker";
  const std::string home = "~/.jitsi-meet-cfg/";
  const std::size_t at = file.find(kDocker);
  if (at == std::string::npos) return {file, "", ""};
  const std::string before(trim(std::string_view(file).substr(0, at)));
  const std::size_t end = std::min(file.find(')', at), file.size());
  std::string_view inside = trim(std::string_view(file).substr(at + kDocker.size(), end - at - kDocker.size()));
  while (inside.starts_with('-') || inside.starts_with(':') || inside.starts_with(' ')) inside.remove_prefix(1);
  if (inside.empty()) return {"", before, ""};
  if (inside.starts_with(';')) return {"", before + "; " + std::string(trim(inside.substr(1))), ""};
  return {before, home + std::string(inside), ""};
}

bool is_config_js(const AdviceLines& lines) {
  const std::string& name = lines.debian.empty() ? lines.docker : lines.debian;
  return name.ends_with("config.js") && name.find("interface_config") == std::string::npos;
}

// Of commands for a shell, those for the one kind of installation.
std::string commands_for(const std::string& lines, AdviceFor system) {
  std::vector<std::string> kept;
  for (const std::string& line : split(lines, '\n')) {
    const bool docker = line.starts_with("docker");
    if (system == AdviceFor::kBoth || docker == (system == AdviceFor::kDocker)) kept.push_back(line);
  }
  return join(kept, "\n");
}

// Leaves out what is for the other kind, but nothing for which there is no other way.
void keep_for(AdviceFor system, std::vector<AdviceLines>& files) {
  if (system == AdviceFor::kBoth) return;
  for (AdviceLines& file : files) {
    if (file.debian != "shell") continue;
    if (std::string commands = commands_for(file.lines, system); !commands.empty()) file.lines = std::move(commands);
  }
  const bool docker = system == AdviceFor::kDocker;
  const bool other_way = std::any_of(files.begin(), files.end(), [](const AdviceLines& each) {
    return !each.docker.empty() || (each.debian == "shell" && each.lines.starts_with("docker"));
  });
  std::erase_if(files, [&](const AdviceLines& each) {
    if (!docker) return each.debian.empty();
    return other_way && each.docker.empty() && each.debian != "shell";
  });
  for (AdviceLines& file : files) {
    if (docker && !file.docker.empty()) file.debian.clear();
    if (!docker) file.docker.clear();
  }
}

bool makes_sure(std::string_view statement) {
  return statement.find("|| {}") != std::string_view::npos;
}

// The path on the left of an assignment.
std::string left_side(std::string_view statement) {
  const std::size_t equals = statement.find('=');
  return equals == std::string_view::npos ? std::string() : std::string(trim(statement.substr(0, equals)));
}

bool passes(const std::vector<std::string>& statements, const Rule& rule, const SettingsTrial& trial) {
  return trial(rule, join(statements, "\n")) == Outcome::kPass;
}

// The broadest switch is the first to be left out, then from the end.
std::vector<std::size_t> drop_order(const std::vector<std::string>& statements) {
  std::vector<std::size_t> order;
  for (std::size_t i = statements.size(); i-- > 0;) order.push_back(i);
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) {
    return statements[i].find("disableThirdPartyRequests") != std::string::npos;
  });
  return order;
}

// As few statements as make the rule pass: nothing that the host has already, and nothing that costs more than needed.
void minimise(std::vector<std::string>& statements, const Rule& rule, const SettingsTrial& trial) {
  std::vector<bool> kept(statements.size(), true);
  const auto chosen = [&] {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < statements.size(); ++i) {
      if (kept[i]) out.push_back(statements[i]);
    }
    return out;
  };
  for (const std::size_t i : drop_order(statements)) {
    if (makes_sure(statements[i])) continue;
    kept[i] = false;
    if (!passes(merge_statements(chosen()), rule, trial)) kept[i] = true;
  }
  statements = merge_statements(chosen());
}

}  // namespace

std::vector<std::string> settings_statements(std::string_view lines) {
  std::vector<std::string> statements;
  std::string open;
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const char c = lines[i];
    if (quote == 0 && lines.substr(i, 2) == "//") {
      i = std::min(lines.find('\n', i), lines.size()) - 1;
      continue;
    }
    open += c;
    if (quote != 0) {
      if (c == quote && lines[i - 1] != '\\') quote = 0;
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (c == '{' || c == '[' || c == '(') {
      ++depth;
    } else if (c == '}' || c == ']' || c == ')') {
      --depth;
    } else if (c == ';' && depth == 0) {
      statements.emplace_back(trim(open));
      open.clear();
    }
  }
  if (!trim(open).empty()) statements.emplace_back(trim(open));
  return statements;
}

std::string assigned_path(std::string_view statement) {
  if (statement.starts_with("delete ")) {
    statement = trim(statement.substr(7));
    while (statement.ends_with(';')) statement.remove_suffix(1);
    return std::string(trim(statement));
  }
  return makes_sure(statement) ? std::string() : left_side(statement);
}

std::vector<std::string> merge_statements(const std::vector<std::string>& all) {
  std::vector<std::string> out;
  for (const std::string& statement : all) {
    const std::string path = assigned_path(statement);
    const auto same = std::find_if(out.begin(), out.end(), [&](const std::string& each) {
      return each == statement || (!path.empty() && assigned_path(each) == path);
    });
    if (same == out.end()) {
      out.push_back(statement);
    } else if (same->size() < statement.size()) {
      *same = statement;
    }
  }
  std::erase_if(out, [&](const std::string& statement) {
    if (!makes_sure(statement)) return false;
    const std::string below = left_side(statement) + ".";
    return std::none_of(out.begin(), out.end(),
                        [&](const std::string& each) { return assigned_path(each).starts_with(below); });
  });
  return out;
}

RuleLines lines_for(const Rule& rule, const AdviceOptions& options) {
  RuleLines out;
  out.rule = &rule;
  std::vector<AdviceLines> files;
  for (const ConfigLines& config : config_for(rule, options.service)) {
    AdviceLines lines = places_of(with_host(config.file, options.host));
    lines.lines = with_host(config.lines, options.host);
    if (is_config_js(lines)) {
      for (std::string& statement : settings_statements(lines.lines)) out.settings.push_back(std::move(statement));
      lines.lines.clear();  // keeps its place, so that it counts as a way
    }
    files.push_back(std::move(lines));
  }
  keep_for(options.system, files);
  std::erase_if(files, [](const AdviceLines& each) { return each.lines.empty(); });
  out.files = std::move(files);
  if (out.settings.empty() && rule.settings.empty()) return out;
  if (!options.trial) {
    out.untried = !out.settings.empty();
    return out;
  }
  std::vector<std::string> all = out.settings;
  if (!passes(all, rule, options.trial)) {
    for (const std::string& name : rule.settings) all.push_back("delete config." + name + ";");
    if (!passes(all, rule, options.trial)) {
      out.untried = !out.settings.empty();
      return out;
    }
  }
  minimise(all, rule, options.trial);
  out.settings = std::move(all);
  return out;
}

}  // namespace meetlat
