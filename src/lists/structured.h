// Instances in a tree of maps and arrays, whatever language it was written in: JSON, YAML, TOML, or the literals of a
// program.
#pragma once

#include <cstddef>

#include "base/document.h"
#include "lists/list_builder.h"

namespace meetlat {

struct StructuredOptions {
  // Take arrays under names that say nothing (list_rank 1) only when they hold at least this many instances.
  std::size_t least_unnamed = 1;
};

// Finds the arrays and maps that list instances, judged by the names on the way to them and by what they hold; takes
// those of the best rank, so that "jitsi" wins over "servers" and both over any other word. Returns how many lists were
// taken.
std::size_t read_structured(const Doc& root, const StructuredOptions& options, ListBuilder& list);

}  // namespace meetlat
