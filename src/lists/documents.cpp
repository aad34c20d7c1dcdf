// JSON, YAML and TOML lists: three readers, one walker.
#include <cctype>

#include "base/document.h"
#include "base/text.h"
#include "lists/formats.h"
#include "lists/list_builder.h"
#include "lists/structured.h"

namespace meetlat {
namespace {

using Reader = Result<Doc> (*)(std::string_view, const DocLimits&);

class DocumentSource : public ListSource {
 public:
  DocumentSource(std::string_view format, Reader reader) : format_(format), reader_(reader) {}
  std::string_view format() const noexcept override { return format_; }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    const auto doc = reader_(bytes, DocLimits{});
    if (!doc) return fail(doc.error());
    if (doc->seq() == nullptr && doc->map() == nullptr) {
      return fail(ErrorCode::kSchema, "neither a list nor a map at the top");
    }
    ListBuilder list(format_, origin);
    read_structured(*doc, {}, list);
    return std::move(list).finish();
  }

 private:
  std::string_view format_;
  Reader reader_;
};

// Does any of the first lines start like `key: value`, `- item`?
bool has_yaml_line(std::string_view bytes) {
  bool yaml = false;
  int seen = 0;
  std::size_t from = 0;
  while (from < bytes.size() && seen < 200) {
    const std::size_t end = std::min(bytes.find('\n', from), bytes.size());
    const std::string_view line = trim(bytes.substr(from, end - from));
    from = end + 1;
    // "## Germany" and "[a](b)" are Markdown, whose bullets YAML would take for its own.
    if (line.starts_with("##") || line.find("](") != std::string_view::npos) return false;
    if (line.empty() || line.starts_with('#')) continue;
    ++seen;
    if (line.starts_with("- ")) yaml = true;
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && colon > 0 && (colon + 1 == line.size() || line[colon + 1] == ' '))
      yaml = true;
  }
  return yaml;
}

class JsonSource final : public DocumentSource {
 public:
  JsonSource() : DocumentSource("json", &read_json) {}
  bool sniff(std::string_view bytes, std::string_view) const noexcept override {
    const std::string_view text = trim(bytes.substr(0, 4096));
    return text.starts_with('{') || text.starts_with('[');
  }
};

class TomlSource final : public DocumentSource {
 public:
  TomlSource() : DocumentSource("toml", &read_toml) {}
  bool sniff(std::string_view bytes, std::string_view name) const noexcept override {
    if (name.ends_with(".toml")) return true;
    std::size_t from = 0;
    for (int seen = 0; from < bytes.size() && seen < 20;) {
      const std::size_t end = std::min(bytes.find('\n', from), bytes.size());
      const std::string_view line = trim(bytes.substr(from, end - from));
      from = end + 1;
      if (line.empty() || line.starts_with('#')) continue;
      ++seen;
      const std::size_t equals = line.find(" =");
      const bool table = line.starts_with('[') && line.ends_with(']') && line.find(',') == std::string_view::npos;
      const bool key = equals != std::string_view::npos &&
                       line.substr(0, equals).find_first_of(" \t(){}<>$;:") == std::string_view::npos;
      if (!table && !key) return false;
      if (seen >= 2 || table) return true;
    }
    return false;
  }
};

class YamlSource final : public DocumentSource {
 public:
  YamlSource() : DocumentSource("yaml", &read_yaml) {}
  bool sniff(std::string_view bytes, std::string_view name) const noexcept override {
    if (name.ends_with(".md")) return false;
    return name.ends_with(".yml") || name.ends_with(".yaml") || has_yaml_line(bytes);
  }
};

}  // namespace

const ListSource& json_source() noexcept {
  static const JsonSource source;
  return source;
}

const ListSource& toml_source() noexcept {
  static const TomlSource source;
  return source;
}

const ListSource& yaml_source() noexcept {
  static const YamlSource source;
  return source;
}

}  // namespace meetlat
