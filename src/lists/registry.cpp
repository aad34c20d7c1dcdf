// The formats in the order in which they are tried, and the trying.
#include <fmt/core.h>

#include <array>

#include "base/text.h"
#include "lists/formats.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxInstances = 50'000;  // all public lists together name some hundred

Result<void> check_bytes(std::string_view bytes, const ListOrigin& origin) {
  if (trim(bytes).empty()) return fail(ErrorCode::kSchema, fmt::format("{}: the list is empty", origin.name));
  if (bytes.substr(0, 65'536).find('\0') != std::string_view::npos) {
    return fail(
        ErrorCode::kSchema,
        fmt::format("{}: binary data, not a text list; give the list as text, Markdown, HTML, JSON, YAML, TOML or "
                    "CSV in UTF-8",
                    origin.name));
  }
  return {};
}

std::string_view extension_of(std::string_view name) {
  name = name.substr(0, name.find_first_of("?#"));
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot);
}

}  // namespace

std::span<const ListSource* const> all_list_sources() noexcept {
  // From the plainest signs to the vaguest: a form that is certain when it parses comes before one that takes anything.
  static const std::array<const ListSource*, 11> sources = {&known_instances_source(),
                                                            &own_list_source(),
                                                            &json_source(),
                                                            &userscript_source(),
                                                            &html_source(),
                                                            &text_source(),
                                                            &csv_source(),
                                                            &toml_source(),
                                                            &yaml_source(),
                                                            &markdown_source(),
                                                            &code_source()};
  return sources;
}

Result<ParsedList> parse_list(std::string_view bytes, const ListOrigin& origin) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (auto ok = check_bytes(bytes, origin); !ok) return fail(ok.error());
  std::string tried;
  for (const ListSource* source : all_list_sources()) {
    if (!source->sniff(bytes, origin.name)) continue;
    auto parsed = source->parse(bytes, origin);
    if (parsed && parsed->targets.size() > kMaxInstances) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: {} hosts are no list of video-conferencing instances; {} at most", origin.name,
                              parsed->targets.size(), kMaxInstances));
    }
    if (parsed && !parsed->targets.empty()) return parsed;
    std::string why;
    if (!parsed) {
      why = excerpt(parsed.error().context, 120);
    } else if (parsed->other_software > 0) {
      why = fmt::format("{} entries, all of other software", parsed->other_software);
    } else if (parsed->placeholders > 0) {
      why = fmt::format("only {} placeholders", parsed->placeholders);
    } else {
      why = "no instance in it";
    }
    // What a strict reader understood needs no looser one: it holds no instance. Nor does a file that calls itself JSON
    // and is broken: a looser reader would take the part before the fault for the whole list.
    const bool broken_json = !parsed && source == &json_source() && iequals(extension_of(origin.name), ".json");
    const bool final_word =
        broken_json || (parsed && (source == &json_source() || source == &toml_source() || parsed->other_software > 0));
    tried += fmt::format("{}{} ({})", tried.empty() ? "" : ", ", source->format(), why);
    if (final_word) break;
  }
  if (tried.empty()) tried = "none fits";
  return fail(ErrorCode::kSchema,
              fmt::format("{}: no video-conferencing instance found; formats tried: {}", origin.name, tried));
}

}  // namespace meetlat
