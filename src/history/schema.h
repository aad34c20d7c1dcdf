// The tables of the history, and how a file gets to them from nothing or from an earlier version.
#pragma once

#include <filesystem>
#include <span>

#include "base/result.h"
#include "history/sqlite.h"

namespace meetlat {

inline constexpr std::int64_t kHistoryApplication = 0x4d544c48;  // "MTLH": PRAGMA application_id

// Step N brings a file of version N to version N + 1; a file's version is its PRAGMA user_version. Published steps
// never change: a new one is added.
std::span<const char* const> history_migrations() noexcept;

// Opens for writing: makes the file (readable by its owner alone) and its folders when they are missing, and brings it
// to the present version. kUnsupported: a later version of meetlat wrote it. Other errors as in history/sqlite.h.
Result<sqlite::Database> open_history_for_writing(const std::filesystem::path& path);
// Opens for reading, also where nothing can be written. kNotFound when there is no such file. An older file is brought
// to the present version when it can be written, else kUnsupported.
Result<sqlite::Database> open_history_for_reading(const std::filesystem::path& path);

}  // namespace meetlat
