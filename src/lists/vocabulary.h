// What headings, keys and cells of hoster lists say, in the languages that such lists are written in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

// What a column or key holds.
enum class Role {
  kUnknown,
  kInstance,  // the instance itself: "url", "Server", "Istanza"
  kName,      // some name; an instance only when it is a host
  kOperator,  // who runs it
  kOperatorUrl,
  kOperatorKind,  // company, association, person ...
  kHoster,        // whose machines or network
  kPrivacy,       // link to a policy
  kLegal,         // imprint, terms, the words of a policy link
  kCountry,
  kStun,     // "Non-Google STUN/TURN"
  kBigTech,  // "On Amazon, Google, Cloudflare or Microsoft"
  kDialIn,
  kRecording,
  kAccess,
  kIpLog,
  kSoftware,
  kChecker,  // test, status, metrics
  kOther,
};

struct RoleMatch {
  Role role = Role::kUnknown;
  bool negated = false;  // "Non-Google", "kein", "without"
  int rank = 0;          // among kInstance: how plainly it says so
};

RoleMatch role_of(std::string_view heading_or_key);

// Lower-case words of a heading or key; "baseUrl", "base_url" and "Base URL" are the same two.
std::vector<std::string> words_of(std::string_view text);

bool mentions_jitsi(std::string_view text);
// Names a product that is no Jitsi ("BigBlueButton", "edumeet", "Mumble", ...).
bool mentions_other_software(std::string_view text);

// What a heading above a list is about.
enum class Topic {
  kNeutral,  // "Official servers", "Europe", "Germany", "special cases", "Instances"
  kJitsi,
  kNamed,  // some other word: a product, a chapter, a town
  kOther,  // other software, or things that are no servers: apps, other lists, links, credits
};
Topic topic_of(std::string_view heading);

// Names of arrays and maps (their key path, innermost last) as a place for instances: 3 says Jitsi, 2 says servers,
// instances or countries, or nothing (the document itself), 1 is any other word, 0 is something else for sure.
int list_rank(const std::vector<std::string>& path);

// Words of a link or label that lead elsewhere: other lists, tools, apps, sources, news.
bool leads_elsewhere(std::string_view label);

// What words beside an instance say about access: "account-to-create", "limited" or "".
std::string access_of(std::string_view text);
// "yes", "no", "anonymised" or "": does the text promise not to log IP addresses?
std::string no_ip_log_of(std::string_view text);
// "by", "von", "betrieben von": does a text end by announcing who runs it?
bool announces_operator(std::string_view text);
// Says that there is no privacy policy.
bool denies_policy(std::string_view text);
// A remark that limits what stands before it: "only", "partly", "nur", ...
bool limits(std::string_view remark);

// "yes", "no", "unsure" for a cell that holds a mark or such a word, "" for an empty cell; other text gives "text".
struct Answer {
  std::string value;
  std::string remark;
  bool mark = false;  // a tick, a cross ..., not a word
  bool dial_in = false;
  bool recording = false;
};
Answer answer_of(std::string_view cell);

}  // namespace meetlat
