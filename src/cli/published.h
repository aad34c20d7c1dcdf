// --from: a ranking that somebody published, shown without asking any of its hosts.
#pragma once

#include <iosfwd>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "cli/net_options.h"
#include "lists/opt_out.h"
#include "model/rule.h"
#include "report/report_reader.h"

namespace meetlat {

// `source` is a file or an http(s) URL of a JSON report; only that one server is contacted. Hosts that opted out since
// are taken out and counted. How old it is, and that other rules judged it, goes to `notes`.
Result<PublishedReport> published_report(const std::string& source, const NetChoice& net, const OptOut& opt_out,
                                         const RuleSet& rules, const std::stop_token& stop, std::ostream& notes);

}  // namespace meetlat
