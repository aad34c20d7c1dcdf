// The score of one host over Runs: a band from the low to the high end, a line along the low end, which is what the
// letter follows. The line is broken where the rules changed, since scores before and after are not the same measure.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "report/html_page.h"

namespace meetlat::html {
namespace {

constexpr double kLeft = 28;
constexpr double kRight = 344;
constexpr double kTop = 10;
constexpr double kBottom = 120;
constexpr std::size_t kMostPoints = 400;  // the newest; a page is no archive

using Points = std::vector<ScorePoint>;

double finite(double score) {
  return std::isfinite(score) ? std::clamp(score, 0.0, 100.0) : 0.0;
}

double y_of(double score) {
  return kBottom - finite(score) / 100 * (kBottom - kTop);
}

// Along time, so that a gap looks like one.
double x_of(const Points& points, std::size_t i) {
  const double all = static_cast<double>((points.back().at - points.front().at).count());
  if (all <= 0) return (kLeft + kRight) / 2;
  const double here = static_cast<double>((points[i].at - points.front().at).count());
  return kLeft + here / all * (kRight - kLeft);
}

// A stretch of points judged by the same rules, [begin, end).
void write_stretch(const Page& page, const Points& points, std::size_t begin, std::size_t end) {
  std::string line;
  std::string upper;
  std::string lower;
  for (std::size_t i = begin; i < end; ++i) {
    const double x = x_of(points, i);
    line += fmt::format("{}{:.1f},{:.1f}", line.empty() ? "" : " ", x, y_of(points[i].range.low));
    upper += fmt::format("{:.1f},{:.1f} ", x, y_of(points[i].range.high));
    lower.insert(0, fmt::format("{:.1f},{:.1f} ", x, y_of(points[i].range.low)));
  }
  page.out << "<polygon class=\"band\" points=\"" << upper << lower << "\"/>\n<polyline class=\"line\" points=\""
           << line << "\"/>\n";
}

std::string letter_of(const Page& page, const ScorePoint& point) {
  return point.letter ? escape(std::string_view(&*point.letter, 1)).text : page.words.say("history.none").text;
}

void write_picture(const Page& page, const Points& points, const std::string& id, const Html& summary) {
  std::ostream& out = page.out;
  const Words& words = page.words;
  out << "<svg class=\"history\" viewBox=\"0 0 360 150\" role=\"img\" aria-labelledby=\"" << id << "-t " << id
      << "-d\"><title id=\"" << id << "-t\">" << words.say("history.title") << "</title><desc id=\"" << id << "-d\">"
      << summary;
  const auto point_words = [&](const ScorePoint& point) {
    return words.say(
        "history.point",
        {{"date", words.date(point.at)}, {"range", range_of(point.range)}, {"letter", {letter_of(page, point)}}});
  };
  out << ' ' << point_words(points.front()) << "; " << point_words(points.back()) << ".</desc>\n";
  for (const int score : {0, 50, 100}) {
    out << fmt::format(
        "<line class=\"axis\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/><text class=\"tick\" x=\"{3}\" "
        "y=\"{4:.1f}\">{5}</text>\n",
        kLeft, kRight, y_of(score), kLeft - 6, y_of(score) + 4, score);
  }
  for (std::size_t begin = 0; begin < points.size();) {
    std::size_t end = begin + 1;
    while (end < points.size() && points[end].rules_version == points[begin].rules_version) ++end;
    write_stretch(page, points, begin, end);
    begin = end;
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double x = x_of(points, i);
    const double y = y_of(points[i].range.low);
    out << fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>", x, y);
    // A letter where it is new: one at each of a hundred points would be a smear.
    if (i == 0 || points[i].letter != points[i - 1].letter) {
      out << fmt::format("<text class=\"at\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", x, y < 28 ? y + 17 : y - 7,
                         points[i].letter ? letter_of(page, points[i]) : "–");
    }
  }
  out << fmt::format(
      "\n<text class=\"from\" x=\"{}\" y=\"142\">{}</text><text class=\"to\" x=\"{}\" y=\"142\">{}</text>\n</svg>\n",
      kLeft, words.date(points.front().at).text, kRight, words.date(points.back().at).text);
}

void write_numbers(const Page& page, const Points& points) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<details class=\"minor\"><summary>" << words.say("history.numbers")
      << "</summary>\n<table class=\"small\"><caption>" << words.say("history.caption") << "</caption><thead><tr>";
  for (const std::string_view key : {"history.date", "history.score", "history.grade", "history.rules"}) {
    out << "<th scope=\"col\">" << words.say(key) << "</th>";
  }
  out << "</tr></thead><tbody>\n";
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    out << "<tr><td>" << words.date(point->at) << "</td><td>" << range_of(point->range) << "</td><td>"
        << letter_of(page, *point) << "</td><td>" << foreign(point->rules_version, 40) << "</td></tr>\n";
  }
  out << "</tbody></table></details>\n";
}

}  // namespace

void write_history(const Page& page, const HostReport& host) {
  if (page.rendering.history == nullptr) return;
  const auto found = page.rendering.history->find(host.target.id);
  if (found == page.rendering.history->end() || found->second.empty()) return;
  Points points = found->second;
  if (points.size() > kMostPoints)
    points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(kMostPoints));
  const Words& words = page.words;
  const bool one = points.size() == 1;
  const Html summary =
      words.say(one ? "history.summary.one" : "history.summary.other", {{"n", {std::to_string(points.size())}},
                                                                        {"first", words.date(points.front().at)},
                                                                        {"last", words.date(points.back().at)}});
  const auto at = static_cast<std::size_t>(&host - page.report.hosts.data());
  page.out << "<h4>" << words.say("history.title") << "</h4>\n";
  write_picture(page, points, "h" + std::to_string(at), summary);
  const bool changed = std::any_of(points.begin(), points.end(), [&](const ScorePoint& point) {
    return point.rules_version != points.front().rules_version;
  });
  if (changed) page.out << "<p class=\"muted\">" << words.say("history.changed") << "</p>\n";
  write_numbers(page, points);
}

}  // namespace meetlat::html
