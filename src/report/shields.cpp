// The badge as a record for shields.io's "endpoint badge", whose schema this is (version 1).
#include "base/json.h"
#include "report/badge_words.h"
#include "report/json_text.h"
#include "report/layout.h"
#include "report/writers.h"

namespace meetlat {
namespace {

constexpr int kCacheSeconds = 3600;

class ShieldsWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "shields"; }
  std::string_view summary() const noexcept override {
    return "the letter as a record for shields.io's endpoint badge";
  }
  bool for_publication() const noexcept override { return true; }
  Result<void> write(const Report& report, const Rendering&, std::ostream& out) const override {
    const BadgeWords words = badge_words(report);
    Json badge = {{"schemaVersion", 1},    {"label", words.label},     {"message", words.message},
                  {"color", words.colour}, {"isError", words.unknown}, {"cacheSeconds", kCacheSeconds}};
    return deliver(json_text(badge), out);
  }
};

}  // namespace

const ReportWriter& shields_writer() noexcept {
  static const ShieldsWriter writer;
  return writer;
}

}  // namespace meetlat
