// Text tools of the pages: filling in, server-side includes, text of HTML, and a PDF writer.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "refserver/pages.h"

namespace meetlat {

std::string fill_in(std::string_view text, const std::function<const std::string*(std::string_view)>& value) {
  std::string out;
  out.reserve(text.size() + 64);
  std::size_t at = 0;
  while (true) {
    const auto open = text.find("{{", at);
    const auto close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) break;
    out.append(text.substr(at, open - at));
    if (const std::string* found = value(text.substr(open + 2, close - open - 2))) {
      out += *found;
      at = close + 2;
    } else {
      out += "{{";
      at = open + 2;
    }
  }
  out.append(text.substr(at));
  return out;
}

namespace {

// The value of name="value" inside a directive.
std::string_view attribute(std::string_view directive, std::string_view name) {
  const auto at = directive.find(std::string(name) + "=\"");
  if (at == std::string_view::npos) return {};
  const auto from = at + name.size() + 2;
  const auto to = directive.find('"', from);
  return to == std::string_view::npos ? std::string_view{} : directive.substr(from, to - from);
}

std::string process_ssi(std::string_view text, const std::function<const std::string*(std::string_view)>& file,
                        int depth) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const auto open = text.find("<!--#", at);
    const auto close = open == std::string_view::npos ? open : text.find("-->", open);
    if (close == std::string_view::npos) break;
    out.append(text.substr(at, open - at));
    at = close + 3;
    const auto directive = text.substr(open + 5, close - open - 5);
    if (directive.find("include") != std::string_view::npos && depth > 0) {
      const auto target = attribute(directive, "virtual");
      const std::string path = target.starts_with("/") ? std::string(target) : "/" + std::string(target);
      if (const std::string* body = file(path)) out += process_ssi(*body, file, depth - 1);
    } else {
      out += attribute(directive, "default");
    }
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace

std::string process_ssi(std::string_view text, const std::function<const std::string*(std::string_view)>& file) {
  return process_ssi(text, file, 4);
}

std::string plain_text_of(std::string_view html) {
  const auto body = html.find("<body");
  if (body != std::string_view::npos) html.remove_prefix(body);
  std::string out;
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] != '<') {
      const char c = html[at++];
      const bool blank = c == '\n' || c == ' ' || c == '\t';
      if (!blank) {
        out += c;
      } else if (!out.empty() && out.back() != ' ' && out.back() != '\n') {
        out += ' ';
      }
      continue;
    }
    const auto close = html.find('>', at);
    if (close == std::string_view::npos) break;
    const auto tag = html.substr(at + 1, close - at - 1);
    const bool block = tag.starts_with("/p") || tag.starts_with("/h") || tag.starts_with("/li") ||
                       tag.starts_with("br") || tag.starts_with("/tr");
    if (block && !out.empty() && out.back() != '\n') out += '\n';
    at = close + 1;
  }
  return out;
}

namespace {

// Lines of at most `width` characters, broken at blanks.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  for (const auto& paragraph : split(text, '\n')) {
    std::string line;
    for (const auto& word : split(paragraph, ' ')) {
      if (!line.empty() && line.size() + 1 + word.size() > width) {
        lines.push_back(std::move(line));
        line.clear();
      }
      line += (line.empty() ? "" : " ") + word;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

// UTF-8 to WinAnsi, escaped for a PDF string.
std::string pdf_string(std::string_view utf8) {
  std::string out = "(";
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    const auto c = static_cast<unsigned char>(utf8[at]);
    if (c == '(' || c == ')' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x80) {
      out += static_cast<char>(c);
    } else if ((c == 0xC2 || c == 0xC3) && at + 1 < utf8.size()) {
      out += static_cast<char>(((c & 3) << 6) | (static_cast<unsigned char>(utf8[++at]) & 0x3F));
    } else if (c >= 0xC0) {
      out += '?';
    }
  }
  return out + ")";
}

constexpr std::size_t kLinesOfPage = 52;

std::string page_stream(const std::vector<std::string>& lines, std::size_t from) {
  std::string out = "BT\n/F1 10 Tf\n14 TL\n50 790 Td\n";
  for (std::size_t i = from; i < std::min(lines.size(), from + kLinesOfPage); ++i) {
    out += pdf_string(lines[i]) + " Tj\nT*\n";
  }
  return out + "ET\n";
}

// Header, objects with their table of byte positions, trailer.
std::string pdf_of(const std::vector<std::string>& objects) {
  std::string out = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n";
  std::string table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", out.size());
    out += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  const std::size_t start = out.size();
  return out + table +
         fmt::format("trailer\n<< /Size {} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{}\n%%EOF\n", objects.size() + 1,
                     start);
}

}  // namespace

std::string make_scanned_pdf() {
  const std::string stream = "0.8 g\n50 90 495 700 re\nf\n";
  return pdf_of({"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [ 5 0 R ] /Count 1 >>",
                 fmt::format("<< /Length {} >>\nstream\n{}endstream", stream.size(), stream), "<< /Title (Scan) >>",
                 "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R /Resources << >> >>"});
}

std::string make_pdf(std::string_view title, std::string_view text) {
  const auto lines = wrapped(text, 95);
  std::vector<std::string> objects;  // object n is objects[n - 1]
  objects.emplace_back("<< /Type /Catalog /Pages 2 0 R >>");
  objects.emplace_back();  // the page tree, once the pages are known
  objects.emplace_back("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  objects.push_back("<< /Title " + pdf_string(title) + " >>");
  std::string kids;
  std::size_t pages = 0;
  for (std::size_t from = 0; from < lines.size(); from += kLinesOfPage, ++pages) {
    const std::string stream = page_stream(lines, from);
    objects.push_back(fmt::format("<< /Length {} >>\nstream\n{}endstream", stream.size(), stream));
    objects.push_back(
        fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R "
                    "/Resources << /Font << /F1 3 0 R >> >> >>",
                    objects.size()));
    kids += fmt::format("{} 0 R ", objects.size());
  }
  objects[1] = fmt::format("<< /Type /Pages /Kids [ {}] /Count {} >>", kids, pages);
  return pdf_of(objects);
}

}  // namespace meetlat
