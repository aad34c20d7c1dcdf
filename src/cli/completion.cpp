#include "cli/completion.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::size_t kDescriptionColumns = 76;  // beside an option's name in zsh's list

// What can be offered where a value stands.
enum class Kind { kNothing, kWords, kWordList, kReport, kFile, kFolder, kHost, kReview };

Kind kind_of(const OptionRow& row) {
  if (row.value == "FORMAT=FILE") return Kind::kReport;
  if (!row.choices.empty()) return row.repeated ? Kind::kWordList : Kind::kWords;
  if (row.value == "HOST") return Kind::kHost;
  if (row.value == "ID") return Kind::kReview;
  if (row.value == "DIR") return Kind::kFolder;
  for (const char* name : {"FILE", "RUN", "BASE", "HEAD", "SRC", "SOURCE", "TABLE"}) {
    if (row.value == name) return Kind::kFile;
  }
  return Kind::kNothing;
}

// Names of hosts come from the Run that the line names, else from the last one. Of its first line alone, and only what
// looks like a host: a Run may have come from somebody else.
constexpr std::string_view kHosts = R"(_meetlat_hosts_of_run() {
  local run='' word
  for word in "$@"; do
    case $word in *.jsonl) [ ! -r "$word" ] || run=$word ;; esac
  done
  if [ -z "$run" ]; then
    run=$(ls -t -- "${XDG_STATE_HOME:-$HOME/.local/state}"/meetlat/runs/ 2>/dev/null | head -n 1)
    [ -n "$run" ] || return 0
    run=${XDG_STATE_HOME:-$HOME/.local/state}/meetlat/runs/$run
  fi
  head -c 4000000 -- "$run" 2>/dev/null | head -n 1 | grep -oE '"id":"[A-Za-z0-9:_-]+(\.[A-Za-z0-9:_-]+)+"' |
    cut -d '"' -f 4
}
)";

// Ids of records as the program lists them, and only what looks like one: shells expand what they are offered.
constexpr std::string_view kReviews = R"(_meetlat_reviews() {
  local file='' before='' word
  for word in "$@"; do
    [ "$before" != --reviews ] || file=$word
    before=$word
  done
  "$1" review list ${file:+--reviews "$file"} 2>/dev/null | grep -oE '^[A-Za-z0-9_-]+'
}
)";

void collect(const CommandRow& of, std::vector<const CommandRow*>& out) {
  for (const CommandRow& command : of.commands) {
    out.push_back(&command);
    collect(command, out);
  }
}

std::string bash_action(const OptionRow& row) {
  switch (kind_of(row)) {
    case Kind::kNothing:
      return "";
    case Kind::kWords:
      return fmt::format("_meetlat_words '{}'", join(row.choices, " "));
    case Kind::kWordList:
      return fmt::format("_meetlat_list '{}'", join(row.choices, " "));
    case Kind::kReport:
      return fmt::format("_meetlat_report '{}'", join(row.choices, " "));
    case Kind::kFile:
      return "_meetlat_files -f";
    case Kind::kFolder:
      return "_meetlat_files -d";
    case Kind::kHost:
      return "_meetlat_words \"$(_meetlat_hosts_of_run \"${COMP_WORDS[@]}\")\"";
    case Kind::kReview:
      return "_meetlat_words \"$(_meetlat_reviews \"${COMP_WORDS[@]}\")\"";
  }
  return "";
}

constexpr std::string_view kBashHelpers = R"(_meetlat_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}
_meetlat_list() { # of words parted by commas
  local before=''
  case $cur in *,*) before=${cur%,*}, ;; esac
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
}
_meetlat_report() { # FORMAT=FILE, of which bash has cut off what follows "="
  compopt -o nospace 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -S = -W "$1" -- "$cur")
}
_meetlat_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}
)";

constexpr std::string_view kBashStart = R"(  # "--format=json" is three words here, and so is "json=FILE".
  if [ "$cur" = = ]; then
    cur=
    option=$before
  elif [ "$before" = = ]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  else
    option=$before
  fi
  COMPREPLY=()
  if { [ "$before" = = ] || [ "${COMP_WORDS[COMP_CWORD]}" = = ]; } && [[ $option != -* ]]; then
    _meetlat_files -f
    return
  fi
)";

std::string option_names(const CommandRow& command) {
  std::vector<std::string> names;
  for (const OptionRow& option : command.options) names.insert(names.end(), option.names.begin(), option.names.end());
  return join(names, " ");
}

std::string command_names(const CommandRow& of) {
  std::vector<std::string> names;
  for (const CommandRow& command : of.commands) names.push_back(command.path.substr(command.path.rfind(' ') + 1));
  return join(names, " ");
}

std::string bash_values(const std::vector<const CommandRow*>& commands) {
  std::map<std::string, std::string> patterns;  // of each action
  for (const CommandRow* command : commands) {
    for (const OptionRow& option : command->options) {
      if (option.value.empty()) continue;
      // What a flag may be given after "=" cannot be told from a word that follows it.
      if (option.optional_value) continue;
      for (const std::string& name : option.names) {
        std::string& known = patterns[bash_action(option)];
        known += fmt::format("{}'{} {}'", known.empty() ? "" : " | ", command->path, name);
      }
    }
  }
  std::string out = "  case \"$path $option\" in\n";
  for (const auto& [action, names] : patterns) {
    out += fmt::format("    {})\n{}      return ;;\n", names, action.empty() ? "" : "      " + action + "\n");
  }
  return out + "  esac\n";
}

std::string bash_words(const std::vector<const CommandRow*>& commands) {
  std::string out = "  case $path in\n";
  for (const CommandRow* command : commands) {
    std::string operand = command->operands.empty() ? "" : bash_action(command->operands.front());
    if (!command->commands.empty()) {
      // Beside the operand that the command itself takes: a host, or a file.
      const Kind kind = command->operands.empty() ? Kind::kNothing : kind_of(command->operands.front());
      operand = fmt::format("_meetlat_words \"{}{}\"", command_names(*command),
                            kind == Kind::kHost ? " $(_meetlat_hosts_of_run \"${COMP_WORDS[@]}\")" : "");
      if (kind == Kind::kFile) operand += "; [ ${#COMPREPLY[@]} != 0 ] || _meetlat_files -f";
    }
    out += fmt::format("    '{}')\n      case $cur in\n        -*) _meetlat_words '{}' ;;\n{}      esac ;;\n",
                       command->path, option_names(*command), operand.empty() ? "" : "        *) " + operand + " ;;\n");
  }
  return out + "  esac\n";
}

// For zsh: inside single quotes, and in the brackets of _arguments.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string zsh_action(const OptionRow& row) {
  switch (kind_of(row)) {
    case Kind::kNothing:
      return "{:}";  // zsh's own way to say it, a space, shows a message in place of what else fits
    case Kind::kWords:
      return "(" + join(row.choices, " ") + ")";
    case Kind::kWordList:
      return fmt::format("_values -s , {} {}", row.value, join(row.choices, " "));
    case Kind::kReport:
      return "_meetlat_report " + join(row.choices, " ");
    case Kind::kFile:
      return "_files";
    case Kind::kFolder:
      return "_files -/";
    case Kind::kHost:
      return "_meetlat_hosts";
    case Kind::kReview:
      return "_meetlat_review_ids";
  }
  return "";
}

std::string zsh_option(const OptionRow& option) {
  const std::string text = "[" + zsh_text(fit(option.description, kDescriptionColumns)) + "]";
  std::string value;
  if (!option.value.empty()) {
    value = fmt::format("{}{}:{}", option.optional_value ? "::" : ":", zsh_text(option.value), zsh_action(option));
  }
  std::string out;
  for (const std::string& name : option.names) {
    const std::string others = option.repeated           ? "*"
                               : option.names.size() > 1 ? "(" + join(option.names, " ") + ")"
                                                         : "";
    const char* joined = option.value.empty() ? "" : option.optional_value ? "=-" : name.starts_with("--") ? "=" : "+";
    out += fmt::format(" \\\n        '{}{}{}{}{}'", others, name, joined, text, value);
  }
  return out;
}

std::string zsh_function(const CommandRow& command) {
  std::string name = "_meetlat" + (command.path.empty() ? "" : "_" + command.path);
  std::replace(name.begin(), name.end(), ' ', '_');
  std::string out = name + "_() {\n  local context state state_descr line\n  typeset -A opt_args\n  _arguments -C";
  for (const OptionRow& option : command.options) out += zsh_option(option);
  if (command.commands.empty()) {
    for (std::size_t i = 0; i < command.operands.size(); ++i) {
      const OptionRow& operand = command.operands[i];
      out += fmt::format(" \\\n        '{}:{}:{}'", operand.repeated ? "*" : std::to_string(i + 1),
                         zsh_text(operand.value), zsh_action(operand));
    }
    return out + "\n}\n";
  }
  out +=
      " \\\n        '1:command:->command' '*::argument:->argument'\n  case $state in\n    command)\n      local -a "
      "commands\n"
      "      commands=(";
  std::string calls;
  for (const CommandRow& nested : command.commands) {
    const std::string last = nested.path.substr(nested.path.rfind(' ') + 1);
    out += fmt::format("\n        '{}:{}'", last, zsh_text(nested.description));
    calls += fmt::format("        {}) {}_{}_ ;;\n", last, name, last);
  }
  const Kind kind = command.operands.empty() ? Kind::kNothing : kind_of(command.operands.front());
  const char* operand = kind == Kind::kHost ? "\n      _meetlat_hosts" : kind == Kind::kFile ? " || _files" : "";
  out += fmt::format(")\n      _describe -t commands command commands{} ;;\n    argument)\n      case $line[1] in\n{}",
                     operand, calls);
  return out + "      esac ;;\n  esac\n}\n";
}

}  // namespace

std::string bash_completion(const CommandRow& table) {
  std::vector<const CommandRow*> commands{&table};
  collect(table, commands);
  std::string paths;
  for (const CommandRow* command : commands) {
    if (!command->path.empty()) paths += fmt::format("{}'{}'", paths.empty() ? "" : " | ", command->path);
  }
  std::string out =
      fmt::format("# Completion of meetlat {} for bash; 'meetlat completion bash' prints it.\n", MEETLAT_VERSION);
  out += std::string(kHosts) + std::string(kReviews) + std::string(kBashHelpers);
  out +=
      "_meetlat() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path='' option word i\n"
      "  # bash has cut \"HOST:PORT\" in three, and puts in only what follows the colon.\n"
      "  if [ \"$cur\" = : ] && ((COMP_CWORD > 2)); then\n"
      "    colon=$before:\n"
      "    cur=$colon\n"
      "    before=${COMP_WORDS[COMP_CWORD - 2]}\n"
      "  elif [ \"$before\" = : ] && ((COMP_CWORD > 3)); then\n"
      "    colon=${COMP_WORDS[COMP_CWORD - 2]}:\n"
      "    cur=$colon$cur\n"
      "    before=${COMP_WORDS[COMP_CWORD - 3]}\n"
      "  fi\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${path:+$path }${COMP_WORDS[i]}\n"
      "    case $word in " +
      paths + ") path=$word ;; esac\n  done\n";
  return out + std::string(kBashStart) + bash_values(commands) + bash_words(commands) +
         "}\n_meetlat_tab() {\n  local colon=''\n  _meetlat\n"
         "  [ -z \"$colon\" ] || COMPREPLY=(\"${COMPREPLY[@]#\"$colon\"}\")\n"
         "}\ncomplete -F _meetlat_tab meetlat\n";
}

std::string zsh_completion(const CommandRow& table) {
  std::vector<const CommandRow*> commands{&table};
  collect(table, commands);
  std::string out = fmt::format(
      "#compdef meetlat\n# Completion of meetlat {} for zsh; 'meetlat completion zsh' prints it.\n", MEETLAT_VERSION);
  out += kHosts;
  out += kReviews;
  out +=
      "_meetlat_review_ids() {\n  local -a ids\n  ids=(${(f)\"$(_meetlat_reviews \"${(@)words}\")\"})\n"
      "  compadd -a ids\n}\n"
      "_meetlat_hosts() {\n  local -a hosts\n  hosts=(${(f)\"$(_meetlat_hosts_of_run \"${(@)words}\")\"})\n"
      "  compadd -a hosts\n}\n"
      "_meetlat_report() {\n  if compset -P '*='; then _files; else compadd -S = -- \"$@\"; fi\n}\n";
  for (const CommandRow* command : commands) out += zsh_function(*command);
  return out +
         "if [ \"${funcstack[1]}\" = _meetlat ]; then\n  _meetlat_ \"$@\"\nelse\n"
         "  _meetlat() { _meetlat_ \"$@\" }\n  compdef _meetlat meetlat\nfi\n";
}

}  // namespace meetlat
