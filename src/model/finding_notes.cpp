#include "model/finding_notes.h"

namespace meetlat {

const FindingNote* note_on(const HostReport& host, std::string_view rule, ReviewKind kind) noexcept {
  for (const FindingNote& note : host.notes) {
    if (note.kind == kind && note.rule == rule) return &note;
  }
  return nullptr;
}

bool is_waived(const HostReport& host, std::string_view rule) noexcept {
  const FindingNote* note = note_on(host, rule, ReviewKind::kWaiver);
  return note != nullptr && note->state == FindingNote::State::kHolds;
}

}  // namespace meetlat
