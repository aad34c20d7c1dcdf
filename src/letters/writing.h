// What the parts of a letter share while it is written. Not for other folders.
#pragma once

#include <string>

#include "letters/letter.h"

namespace meetlat::letters {

struct Writing {
  const LetterChoice& choice;
  const LetterFacts& facts;
  const LetterData& data;
  Words words;
  Sheet sheet;

  // A text that stands alone in a paragraph.
  void paragraph(std::string_view key, std::initializer_list<Slot> slots = {}) {
    sheet.paragraph(words.say(key, slots));
  }
  // "section.access" for the type of this letter.
  std::string typed(std::string_view section) const {
    return std::string(section) + "." + std::string(to_string(choice.type));
  }
  Phrase host() const { return words.value(facts.host); }
};

// The country that counts: the chosen one, else the claim of a list; "" when unknown. Without the region.
std::string country_of(const LetterChoice& choice, const LetterFacts& facts);

// The dates of a reminder or complaint. Without `sent` and `received`, nothing is known.
struct PastRequest {
  std::optional<Date> received;
  bool assumed = false;  // the user named no day of receipt: that of sending stands in
  std::optional<Due> due;
};
PastRequest past_request(const Writing& writing);

// The authority to complain to; nullptr when it cannot be told.
const SupervisoryAuthority* authority_of(const Writing& writing);

void write_notes(Writing& writing);
void write_head(Writing& writing);     // sender, addressee, date, subject, salutation
void write_request(Writing& writing);  // bodies
void write_reminder(Writing& writing);
void write_complaint(Writing& writing);
void write_end(Writing& writing);

// Controller, contact and data protection officer, each marked to be checked, or blanks. `dpo_key` is the text that
// introduces the officer.
std::vector<Phrase> addressee_lines(Writing& writing, std::string_view dpo_key = "letter.dpo");

// The date that was given, else the blank.
Phrase date_or(Writing& writing, const std::optional<Date>& date, std::string_view blank_key);

}  // namespace meetlat::letters
