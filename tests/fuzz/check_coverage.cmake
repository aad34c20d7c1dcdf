# Every header that declares a parser of bytes (a function of that name over a string_view) is included by a fuzz
# target, every target is built and has a corpus. Run as: cmake -DTOP=<project> -P check_coverage.cmake
cmake_minimum_required(VERSION 3.25)
set(problems "")

# Parsers of what this program itself wrote or what the user typed, with the reason.
set(exempt
  src/base/clock.h      # times in our own files; strict, fixed length
  src/base/json.h       # a thin wrapper of nlohmann/json; fuzzed through run and json
  src/policy/discovery.h   # our own table; what it looks for it looks for in words_of(), which is fuzzed
  src/policy/vocabulary.h  # the same
  src/policy/pdf_text.h    # a confined child reads them; tests/support/make_pdfs.py writes hostile ones
)

file(GLOB targets RELATIVE ${TOP}/tests/fuzz ${TOP}/tests/fuzz/fuzz_*.cpp)
file(READ ${TOP}/tests/fuzz/CMakeLists.txt build)
set(included "")
foreach(target IN LISTS targets)
  file(READ ${TOP}/tests/fuzz/${target} text)
  string(REGEX MATCHALL "#include \"[^\"]+\"" lines "${text}")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "#include \"([^\"]+)\"" "src/\\1" header "${line}")
    list(APPEND included ${header})
  endforeach()
  string(REGEX REPLACE "fuzz_(.*)\\.cpp" "\\1" name ${target})
  if(NOT build MATCHES "meetlat_fuzz\\(${name} ")
    list(APPEND problems "tests/fuzz/${target} is not in tests/fuzz/CMakeLists.txt")
  endif()
  file(GLOB seeds ${TOP}/tests/fuzz/corpus/${name}/*)
  if(NOT seeds)
    list(APPEND problems "tests/fuzz/corpus/${name}/ has no seeds")
  endif()
endforeach()

file(GLOB headers RELATIVE ${TOP} ${TOP}/src/base/*.h ${TOP}/src/model/*.h ${TOP}/src/proto/*.h ${TOP}/src/net/*.h
     ${TOP}/src/lists/*.h ${TOP}/src/history/*.h ${TOP}/src/policy/*.h)
foreach(header IN LISTS headers)
  if(header IN_LIST exempt)
    continue()
  endif()
  file(STRINGS ${TOP}/${header} parsers
       REGEX "[ :](parse|parse_[a-z_]+|read_yaml|read_toml|read_json|[a-z_]+_from_json|css_urls|outline_html)\\((std::string_view|const Json&)")
  if(NOT parsers AND header MATCHES "^src/(proto|policy)/")
    file(STRINGS ${TOP}/${header} parsers REGEX "\\(std::string_view (bytes|script|page|text)")
  endif()
  if(parsers AND NOT header IN_LIST included)
    list(APPEND problems "${header} declares a parser but no fuzz target includes it")
  endif()
endforeach()

if(problems)
  list(JOIN problems "\n  " text)
  message(FATAL_ERROR "parsers and fuzz targets disagree:\n  ${text}")
endif()
