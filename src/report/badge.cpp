// A picture of the letter, made here: no service learns who looks at it, and it loads nothing.
#include <fmt/core.h>

#include <string>

#include "base/text.h"
#include "report/badge_words.h"
#include "report/layout.h"
#include "report/writers.h"
#include "report/xml_text.h"

namespace meetlat {
namespace {

// About what a common sans-serif takes at 11 pixels; `textLength` makes whatever font there is fit.
std::size_t pixels(std::string_view text) {
  return display_width(text) * 7;
}

std::string half(std::size_t left, std::size_t width, std::string_view text) {
  return fmt::format("  <text x=\"{}\" y=\"14\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>\n",
                     left + 6, width - 12, xml_text(text));
}

std::string svg(const BadgeWords& words) {
  const std::size_t left = pixels(words.label) + 12;
  const std::size_t right = pixels(words.message) + 12;
  const std::size_t all = left + right;
  const std::string title = xml_text(words.title);
  // Without ids: several badges may stand in one page, and would take each other's.
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"20\" viewBox=\"0 0 {0} 20\" role=\"img\" "
      "aria-label=\"{1}\">\n  <title>{1}</title>\n",
      all, title);
  out += fmt::format("  <path fill=\"#333333\" d=\"M{0} 0V20H3a3 3 0 0 1 -3 -3V3a3 3 0 0 1 3 -3Z\"/>\n", left);
  out += fmt::format("  <path fill=\"{}\" d=\"M{} 0H{}a3 3 0 0 1 3 3V17a3 3 0 0 1 -3 3H{}Z\"/>\n", words.colour, left,
                     all - 3, left);
  out += "  <g fill=\"#ffffff\" font-family=\"Verdana,'DejaVu Sans',sans-serif\" font-size=\"11\">\n";
  out += half(0, left, words.label) + half(left, right, words.message);
  return out + "  </g>\n</svg>\n";
}

class BadgeWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "badge"; }
  std::string_view summary() const noexcept override { return "the letter as an SVG picture"; }
  bool for_publication() const noexcept override { return true; }
  Result<void> write(const Report& report, const Rendering&, std::ostream& out) const override {
    return deliver(svg(badge_words(report)), out);
  }
};

}  // namespace

const ReportWriter& badge_writer() noexcept {
  static const BadgeWriter writer;
  return writer;
}

}  // namespace meetlat
