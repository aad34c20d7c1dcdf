// A made-up host as the probes might have seen it, for the tests of letters.
#pragma once

#include <string>
#include <vector>

#include "letters/letter.h"

namespace meetlat::sample {

// Facts of a host with a readable policy of its own, third parties and open points.
Evidence evidence();
Target target();
LetterFacts facts();

// Installed data; the test ends when they cannot be read.
const LetterData& data(std::string_view language);
Date day(const char* text);

// Of 30 November 2026, nothing said about the sender.
LetterChoice choice(LetterType type, LetterStage stage = LetterStage::kRequest);

// A measured host with two failing findings, and the rules that they are of.
HostReport report();
RuleSet rules();

// A fact of the type of `value`, seen at the sample's policy.
void put(Evidence& evidence, const std::string& path, Value value, const std::string& excerpt = "");

}  // namespace meetlat::sample
