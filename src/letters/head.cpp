// The frame of a letter: who writes to whom, when, about what, and the end.
#include "letters/writing.h"

namespace meetlat::letters {
namespace {

std::vector<Phrase> authority_lines(Writing& writing) {
  const SupervisoryAuthority* authority = authority_of(writing);
  if (authority == nullptr) return {writing.words.blank("blank.authority")};
  std::vector<Phrase> lines{writing.words.checked(writing.words.value(authority->name))};
  for (const std::string& line : authority->address) lines.push_back(writing.words.value(line));
  if (!authority->email.empty()) lines.push_back(writing.words.value(authority->email));
  return lines;
}

}  // namespace

std::vector<Phrase> addressee_lines(Writing& writing, std::string_view dpo_key) {
  const LetterFacts& facts = writing.facts;
  Words& words = writing.words;
  const auto prefilled = [&](const SeenText& seen, std::string_view blank_key) {
    return seen ? words.checked(words.value(seen.text)) : words.blank(blank_key);
  };
  std::vector<Phrase> lines{prefilled(facts.controller ? facts.controller : facts.operator_stated, "blank.controller"),
                            prefilled(facts.contact, "blank.contact")};
  if (facts.dpo) lines.push_back(words.say(dpo_key, {{"dpo", words.checked(words.value(facts.dpo.text))}}));
  return lines;
}

void write_head(Writing& writing) {
  const LetterChoice& choice = writing.choice;
  Words& words = writing.words;
  const bool complaint = choice.stage == LetterStage::kComplaint;
  // A hoster needs no postal address for an answer by mail, but many authorities take no complaint without one.
  writing.sheet.lines({words.value_or(choice.sender.name, "blank.sender"),
                       words.blank(complaint ? "blank.sender_postal_complaint" : "blank.sender_postal"),
                       words.value_or(choice.sender.reply_to, "blank.reply_to")});
  writing.sheet.lines(complaint ? authority_lines(writing) : addressee_lines(writing));
  writing.paragraph("letter.date", {{"date", words.date(choice.date)}});
  if (complaint) {
    writing.sheet.title(words.say("subject.complaint", {{"host", writing.host()}}));
  } else {
    const Phrase subject = words.say(writing.typed("subject"), {{"host", writing.host()}});
    const bool reminder = choice.stage == LetterStage::kReminder;
    writing.sheet.title(reminder ? words.say("subject.reminder", {{"subject", subject}}) : subject);
  }
  writing.paragraph("letter.salutation");
}

void write_end(Writing& writing) {
  writing.paragraph("letter.closing");
  writing.sheet.lines({writing.words.value_or(writing.choice.sender.name, "blank.sender")});
}

}  // namespace meetlat::letters
