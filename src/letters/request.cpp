// The bodies of requests, reminders and complaints.
#include <algorithm>
#include <array>

#include "letters/writing.h"

namespace meetlat::letters {
namespace {

constexpr unsigned kAccess = 1U;
constexpr unsigned kErasure = 2U;
constexpr unsigned kObjection = 4U;

unsigned bit_of(LetterType type) {
  switch (type) {
    case LetterType::kAccess:
      return kAccess;
    case LetterType::kErasure:
      return kErasure;
    case LetterType::kObjection:
      return kObjection;
    case LetterType::kPortability:
    case LetterType::kFindings:
      break;
  }
  return 0;
}

// Which points of the policy matter for which letter. What Article 15(1) lists is asked for anyway, so it becomes a
// question only when the policy leaves it open; what a policy seldom says is asked unless the policy answers it.
struct PointUse {
  const char* item;
  unsigned if_open;  // letters that ask when a policy was read and leaves the point open
  unsigned always;   // letters that ask also when no policy was read
  unsigned quote;    // letters that quote what the policy says about it
};
constexpr std::array kPoints{
    PointUse{"controller", kAccess, 0, 0},
    PointUse{"dpo", kAccess, 0, 0},
    PointUse{"purposes", kAccess | kObjection, 0, 0},
    PointUse{"categories", kAccess, 0, 0},
    PointUse{"legal_basis", kAccess | kObjection, kAccess | kObjection, kObjection},
    PointUse{"legit_interest", kAccess | kObjection, 0, kObjection},
    PointUse{"recipients", kAccess | kObjection, 0, kAccess},
    PointUse{"transfer", kAccess, 0, kAccess},
    PointUse{"retention", kAccess, 0, kAccess | kErasure},
    PointUse{"source", kAccess, 0, 0},
    PointUse{"automated", kAccess, 0, 0},
    PointUse{"cookies", kAccess, 0, 0},
    PointUse{"logs", kAccess | kErasure, kAccess | kErasure, kAccess | kErasure},
    PointUse{"backups", kAccess | kErasure, kAccess | kErasure, 0},
    PointUse{"recordings", kAccess | kErasure, kAccess | kErasure, kAccess | kErasure},
    PointUse{"media_access", kAccess, kAccess, kAccess},
    PointUse{"stun_turn", kAccess, kAccess, kAccess},
    PointUse{"e2ee", kAccess, 0, kAccess},
    PointUse{"security", kAccess, 0, 0},
};

bool policy_found(const LetterFacts& facts) {
  return facts.policy == PolicyFound::kOwn || facts.policy == PolicyFound::kUnsure;
}

Point point_of(const LetterFacts& facts, std::string_view item) {
  const auto found = facts.points.find(item);
  return found == facts.points.end() ? Point{} : found->second;
}

void write_policy_sentence(Writing& writing) {
  const LetterFacts& facts = writing.facts;
  Words& words = writing.words;
  const Phrase seen = words.date(date_of(facts.policy_url ? facts.policy_url.at : facts.seen));
  const Phrase url = words.url(facts.policy_url.text);
  const bool evaluated = std::any_of(facts.points.begin(), facts.points.end(),
                                     [](const auto& each) { return each.second.state != PointState::kUnknown; });
  // A PDF without text, say: nothing may be said about what it leaves open.
  if (policy_found(facts) && !evaluated) return writing.paragraph("policy.unread", {{"url", url}, {"seen", seen}});
  switch (facts.policy) {
    case PolicyFound::kOwn:
      if (facts.policy_dated) {
        return writing.paragraph("policy.own_dated",
                                 {{"url", url}, {"seen", seen}, {"dated", words.quoted(facts.policy_dated.text)}});
      }
      return writing.paragraph("policy.own", {{"url", url}, {"seen", seen}});
    case PolicyFound::kUnsure:
      return writing.paragraph("policy.unsure", {{"url", url}, {"seen", seen}});
    case PolicyFound::kSomeoneElses:
      return writing.paragraph("policy.other", {{"url", url}, {"seen", seen}, {"host", writing.host()}});
    case PolicyFound::kNotFound:
      return writing.paragraph("policy.none", {{"seen", words.date(date_of(facts.seen))}, {"host", writing.host()}});
    case PolicyFound::kUnknown:
      return;
  }
}

void write_quotes(Writing& writing) {
  if (!policy_found(writing.facts)) return;
  std::vector<Phrase> quotes;
  for (const PointUse& use : kPoints) {
    if ((use.quote & bit_of(writing.choice.type)) == 0) continue;
    const Point point = point_of(writing.facts, use.item);
    if ((point.state != PointState::kFound && point.state != PointState::kStatedNone) || point.quote.empty()) continue;
    const Phrase item = writing.words.say(std::string("item.") + use.item);
    quotes.push_back(writing.words.say("policy.quote", {{"item", item}, {"quote", writing.words.quoted(point.quote)}}));
  }
  if (quotes.empty()) return;
  writing.paragraph("policy.quotes");
  writing.sheet.bullets(quotes);
  writing.paragraph("policy.confirm");
}

void write_questions(Writing& writing) {
  const unsigned letter = bit_of(writing.choice.type);
  std::vector<Phrase> open;
  std::vector<Phrase> more;
  for (const PointUse& use : kPoints) {
    const PointState state =
        policy_found(writing.facts) ? point_of(writing.facts, use.item).state : PointState::kUnknown;
    if (state == PointState::kNotFound && (use.if_open & letter) != 0) {
      open.push_back(writing.words.say(std::string("question.") + use.item));
    } else if (state == PointState::kUnknown && (use.always & letter) != 0) {
      more.push_back(writing.words.say(std::string("question.") + use.item));
    }
  }
  if (!open.empty()) {
    writing.paragraph("questions.open");
    writing.sheet.numbered(open);
  }
  if (!more.empty()) {
    writing.paragraph(open.empty() ? "questions.only" : "questions.more");
    writing.sheet.numbered(more, static_cast<int>(open.size()) + 1);
  }
}

void write_observed(Writing& writing) {
  const LetterFacts& facts = writing.facts;
  Words& words = writing.words;
  std::vector<Phrase> seen;
  const auto names = [&](std::string_view key, const LetterFacts::Names& list) {
    if (list && !list->empty()) seen.push_back(words.say(key, {{"list", words.list(*list)}}));
  };
  const auto offered = [&](std::string_view key, const std::optional<bool>& is) {
    if (is.value_or(false)) seen.push_back(words.say(key));
  };
  names("observed.page", facts.page);
  names("observed.stun", facts.stun);
  names("observed.analytics", facts.analytics);
  names("observed.avatars", facts.avatars);
  names("observed.signalling", facts.signalling);
  names("observed.login", facts.login);
  names("observed.integrations", facts.integrations);
  if (facts.intermediary && !facts.intermediary->empty()) names("observed.intermediary", {{*facts.intermediary}});
  offered("observed.recording", facts.recording);
  offered("observed.streaming", facts.streaming);
  offered("observed.transcription", facts.transcription);
  if (seen.empty()) return;
  writing.paragraph("observed.lead", {{"host", writing.host()}, {"date", words.date(date_of(facts.seen))}});
  writing.sheet.bullets(seen);
  writing.paragraph("observed.trail");
}

void write_known(Writing& writing) {
  const LetterSender& sender = writing.choice.sender;
  Words& words = writing.words;
  std::vector<Phrase> lines{words.say("known.service", {{"url", words.url(writing.facts.url)}})};
  if (writing.facts.login_kind != "open") {
    lines.push_back(words.say("known.account", {{"account", words.blank("blank.account")}}));
  }
  lines.push_back(words.say("known.room", {{"room", words.value_or(sender.room, "blank.room")}}));
  lines.push_back(words.say("known.name", {{"name", words.value_or(sender.display_name, "blank.name")}}));
  lines.push_back(words.say("known.time", {{"from", words.value_or(sender.from, "blank.from")},
                                           {"to", words.value_or(sender.to, "blank.to")},
                                           {"zone", words.value_or(sender.zone, "blank.zone")}}));
  lines.push_back(words.say("known.address", {{"address", words.value_or(sender.address, "blank.address")}}));
  writing.paragraph("known.lead");
  writing.sheet.bullets(lines);
  writing.paragraph("known.trail");
}

void write_list(Writing& writing, std::initializer_list<const char*> keys) {
  std::vector<Phrase> items;
  for (const char* key : keys) items.push_back(writing.words.say(key));
  writing.sheet.bullets(items);
}

void write_access(Writing& writing) {
  writing.paragraph("access.lead");
  write_list(writing, {"access.a", "access.b", "access.c", "access.d", "access.e", "access.f", "access.g", "access.h",
                       "access.transfers"});
  writing.paragraph("access.preserve");
}

void write_erasure(Writing& writing) {
  writing.paragraph("erasure.lead");
  write_list(writing, {"erasure.logs", "erasure.recordings", "erasure.content", "erasure.account"});
  for (const char* key : {"erasure.grounds", "erasure.recipients", "erasure.exceptions", "erasure.confirm"}) {
    writing.paragraph(key);
  }
}

void write_objection(Writing& writing) {
  writing.paragraph("objection.grounds", {{"grounds", writing.words.blank("blank.grounds")}});
  for (const char* key : {"objection.stop", "objection.restrict", "objection.marketing", "objection.erase"}) {
    writing.paragraph(key);
  }
}

void write_portability(Writing& writing) {
  writing.paragraph("portability.lead");
  write_list(writing, {"portability.account", "portability.content", "portability.recordings"});
  writing.paragraph("portability.transmit", {{"new_controller", writing.words.blank("blank.new_controller")}});
  writing.paragraph("portability.otherwise");
}

void write_answer(Writing& writing) {
  const LetterChoice& choice = writing.choice;
  Words& words = writing.words;
  const Date received = choice.received.value_or(choice.date);
  const std::string country = country_of(choice, writing.facts);
  const Due due = after_months(received, 1, country, writing.data.holidays);
  writing.paragraph(due.certain ? "common.due" : "common.due_hedged",
                    {{"received", words.date(received)}, {"due", words.weekday_date(due.date)}});
  writing.paragraph("common.extension");
  writing.paragraph("common.electronic", {{"reply_to", words.value_or(choice.sender.reply_to, "blank.reply_to")}});
  writing.paragraph("common.free");
  writing.paragraph("common.identity");
  if (country == "CH") writing.paragraph("common.law_ch");
  if (country == "GB") writing.paragraph("common.law_gb");
  writing.paragraph("common.complaint");
}

// When the request was received; an assumed day is marked to be checked.
Phrase received_phrase(Writing& writing, const PastRequest& past) {
  const Phrase date = date_or(writing, past.received, "blank.received");
  return past.assumed ? writing.words.checked(date) : date;
}

// When the answer was due; marked to be checked when that day may have been a public holiday.
Phrase due_phrase(Writing& writing, const PastRequest& past) {
  if (!past.due) return writing.words.blank("blank.due");
  const Phrase date = writing.words.weekday_date(past.due->date);
  return past.due->certain ? date : writing.words.checked(date);
}

}  // namespace

void write_request(Writing& writing) {
  writing.paragraph(writing.typed("intro"), {{"host", writing.host()}});
  write_known(writing);
  switch (writing.choice.type) {
    case LetterType::kAccess:
      write_access(writing);
      break;
    case LetterType::kErasure:
      write_erasure(writing);
      break;
    case LetterType::kObjection:
      write_objection(writing);
      break;
    case LetterType::kPortability:
      write_portability(writing);
      break;
    case LetterType::kFindings:
      break;
  }
  if (bit_of(writing.choice.type) != 0) {
    write_policy_sentence(writing);
    write_quotes(writing);
    write_questions(writing);
  }
  if ((bit_of(writing.choice.type) & (kAccess | kObjection)) != 0) write_observed(writing);
  write_answer(writing);
}

void write_reminder(Writing& writing) {
  const LetterChoice& choice = writing.choice;
  Words& words = writing.words;
  const PastRequest past = past_request(writing);
  writing.paragraph(writing.typed("reminder"),
                    {{"sent", date_or(writing, choice.sent, "blank.sent")}, {"host", writing.host()}});
  writing.paragraph("reminder.due", {{"received", received_phrase(writing, past)}, {"due", due_phrase(writing, past)}});
  writing.paragraph("reminder.no_answer");
  const Due deadline = after_days(choice.date, choice.days, country_of(choice, writing.facts), writing.data.holidays);
  writing.paragraph("reminder.deadline", {{"deadline", words.weekday_date(deadline.date)}});
  const SupervisoryAuthority* authority = authority_of(writing);
  if (authority == nullptr) return writing.paragraph("reminder.next");
  writing.paragraph("reminder.next_named", {{"authority", words.checked(words.value(authority->name))}});
}

void write_complaint(Writing& writing) {
  const LetterChoice& choice = writing.choice;
  const LetterFacts& facts = writing.facts;
  Words& words = writing.words;
  const PastRequest past = past_request(writing);
  const Phrase sent = date_or(writing, choice.sent, "blank.sent");
  writing.paragraph("complaint.intro");
  writing.paragraph("complaint.parties");
  std::vector<Phrase> parties = addressee_lines(writing, "complaint.dpo");
  parties.push_back(words.say("complaint.service", {{"url", words.url(facts.url)}}));
  if (policy_found(facts)) {
    parties.push_back(words.say("complaint.policy", {{"url", words.url(facts.policy_url.text)},
                                                     {"seen", words.date(date_of(facts.policy_url.at))}}));
  }
  writing.sheet.bullets(parties);
  writing.paragraph("complaint.facts");
  writing.sheet.numbered(
      {words.say(writing.typed("complaint"), {{"sent", sent}}),
       words.say("complaint.due", {{"received", received_phrase(writing, past)}, {"due", due_phrase(writing, past)}}),
       words.say("complaint.reminded", {{"reminded", words.blank("blank.reminded")}}),
       words.say("complaint.no_answer")});
  writing.paragraph("complaint.request");
  const std::string country = country_of(choice, facts);
  if (country == "CH") writing.paragraph("complaint.law_ch");
  if (country == "GB") writing.paragraph("complaint.law_gb");
  writing.paragraph("complaint.inform", {{"reply_to", words.value_or(choice.sender.reply_to, "blank.reply_to")}});
  writing.paragraph("complaint.disclose");
  writing.paragraph("complaint.enclosed");
  writing.sheet.bullets({words.say("complaint.copy_request", {{"sent", sent}}), words.say("complaint.copy_reminder")});
}

}  // namespace meetlat::letters
