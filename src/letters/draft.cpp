// A privacy policy to start from: what was seen stands there as a statement to check, what only the operator can know
// is a marked blank, and what could not be seen is a choice between two statements.
#include "base/text.h"
#include "letters/letter.h"

namespace meetlat {
namespace {

using letters::Phrase;
using letters::Sheet;
using letters::Words;

struct Draft {
  const LetterFacts& facts;
  Words words;
  Sheet sheet;

  void paragraph(std::string_view key) { sheet.paragraph(words.say(key)); }
  void blank(std::string_view key) { sheet.paragraph(words.blank(key)); }
  // What was seen from outside and may be otherwise inside.
  void seen(std::string_view key) {
    sheet.paragraph({words.say(key).text + " " + words.blank("draft.check_seen").text});
  }
  void heading(std::string_view key) { sheet.heading(words.say(key)); }

  // A setting that was seen, or the choice between what it may be.
  void setting(const std::optional<bool>& value, std::string_view if_on, std::string_view if_off) {
    if (!value) {
      sheet.paragraph(words.blank("draft.unknown_setting", {{"yes", words.say(if_on)}, {"no", words.say(if_off)}}));
      return;
    }
    sheet.paragraph({words.say(*value ? if_on : if_off).text + " " + words.blank("draft.check_setting").text});
  }
};

void write_who(Draft& draft) {
  Words& words = draft.words;
  const LetterFacts& facts = draft.facts;
  const SeenText& name = facts.controller ? facts.controller : facts.operator_stated;
  const auto prefilled = [&](const SeenText& seen, std::string_view blank_key) {
    return seen ? words.checked(words.value(seen.text)) : words.blank(blank_key);
  };
  draft.heading("draft.who.title");
  draft.paragraph("draft.who.text");
  draft.sheet.lines({prefilled(name, "blank.controller"), words.blank("draft.who.postal"),
                     prefilled(facts.contact, "draft.who.mail"), prefilled(facts.dpo, "draft.who.dpo")});
}

void write_login(Draft& draft) {
  const std::string& kind = draft.facts.login_kind;
  if (kind == "open") return draft.setting(false, "draft.what.login_account", "draft.what.login_open");
  const std::optional<bool> needed = kind.empty() ? std::nullopt : std::optional(true);
  draft.setting(needed, "draft.what.login_account", "draft.what.login_open");
  draft.blank("draft.what.login_blank");
}

void write_cookies(Draft& draft) {
  const LetterFacts::Names& cookies = draft.facts.cookies;
  if (!cookies) {
    draft.paragraph("draft.what.cookies_unknown");
    return draft.blank("draft.what.cookies_list");
  }
  if (cookies->empty()) return draft.seen("draft.what.cookies_none");
  std::vector<std::string> names;
  for (const std::string& each : *cookies) names.push_back(each.substr(0, each.find_first_of(";= ")));
  draft.sheet.paragraph(draft.words.say("draft.what.cookies_some", {{"list", draft.words.list(names)}}));
  draft.blank("draft.what.cookies_blank");
}

void write_what(Draft& draft) {
  const LetterFacts& facts = draft.facts;
  draft.heading("draft.what.title");
  draft.paragraph("draft.what.visit");
  draft.blank("draft.what.logs");
  draft.paragraph("draft.what.meeting");
  draft.setting(facts.p2p, "draft.what.p2p_on", "draft.what.p2p_off");
  draft.paragraph("draft.what.transport");
  draft.setting(facts.e2ee, "draft.what.e2ee_on", "draft.what.e2ee_off");
  draft.setting(facts.recording, "draft.what.recording_on", "draft.what.recording_off");
  if (facts.recording.value_or(true)) draft.blank("draft.what.recording_blank");
  draft.setting(facts.streaming, "draft.what.streaming_on", "draft.what.streaming_off");
  draft.setting(facts.transcription, "draft.what.transcription_on", "draft.what.transcription_off");
  if (facts.transcription.value_or(true)) draft.blank("draft.what.transcription_blank");
  write_login(draft);
  write_cookies(draft);
}

void write_others(Draft& draft) {
  const LetterFacts& facts = draft.facts;
  Words& words = draft.words;
  std::vector<Phrase> items;
  bool complete = true;
  const auto add = [&](const LetterFacts::Names& names, std::string_view key) {
    if (!names) complete = false;
    for (const std::string& name : names.value_or(std::vector<std::string>{})) {
      items.push_back(
          {words.say(key, {{"name", words.value(name, 120)}}).text + " " + words.blank("draft.others.each").text});
    }
  };
  add(facts.page, "draft.others.page");
  add(facts.stun, "draft.others.stun");
  add(facts.analytics, "draft.others.analytics");
  add(facts.avatars, "draft.others.avatars");
  add(facts.signalling, "draft.others.signalling");
  add(facts.login, "draft.others.login");
  add(facts.integrations, "draft.others.integrations");
  LetterFacts::Names front;
  if (facts.intermediary) front.emplace();
  if (facts.intermediary && !facts.intermediary->empty()) front->push_back(*facts.intermediary);
  add(front, "draft.others.intermediary");

  draft.heading("draft.others.title");
  draft.paragraph("draft.others.participants");
  draft.blank("draft.others.hosting");
  if (!items.empty()) {
    draft.paragraph("draft.others.lead");
    draft.sheet.bullets(items);
  } else if (complete) {
    draft.seen("draft.others.none");
  }
  if (!complete) draft.blank("draft.others.incomplete");
}

void write_rest(Draft& draft, Date date) {
  Words& words = draft.words;
  draft.heading("draft.transfer.title");
  draft.blank("draft.transfer.blank");
  draft.heading("draft.keep.title");
  draft.paragraph("draft.keep.live");
  draft.blank("draft.keep.blank");
  draft.heading("draft.rights.title");
  draft.paragraph("draft.rights.text");
  draft.sheet.paragraph(words.say("draft.rights.complaint", {{"authority", words.blank("blank.authority")}}));
  // A section of its own: Article 21(4) GDPR wants this right apart from other information.
  draft.heading("draft.objection.title");
  draft.paragraph("draft.objection.text");
  draft.heading("draft.must.title");
  draft.sheet.paragraph({words.say("draft.must.text").text + " " + words.blank("draft.must.blank").text});
  draft.heading("draft.date.title");
  draft.sheet.paragraph(words.say("draft.date.text", {{"date", words.date(date)}}));
}

}  // namespace

Result<std::string> write_policy_draft(Date date, const LetterFacts& facts, const LetterData& data) {
  Draft draft{facts, Words(data.wording, LetterForm::kMarkdown), Sheet(LetterForm::kMarkdown)};
  Words& words = draft.words;
  const Phrase host = words.value(facts.host);
  draft.sheet.title(words.say("draft.title", {{"host", host}}));
  const Date seen = facts.measured ? date_of(facts.seen) : date;
  draft.sheet.paragraph({"> " + words.say("draft.note", {{"host", host}, {"date", words.date(seen)}}).text});
  write_who(draft);
  write_what(draft);
  draft.heading("draft.basis.title");
  draft.blank("draft.basis.blank");
  write_others(draft);
  write_rest(draft, date);
  if (auto ok = words.problem(); !ok) return fail(ok.error());
  return draft.sheet.text();
}

}  // namespace meetlat
