#!/usr/bin/env python3
"""Checks every #include below src/ against the layers of ARCHITECTURE.md.

usage: include_layers.py SOURCE_FOLDER     prints "file:line: what" for each violation, exit status 1 if there is one
       include_layers.py --self-test       shows that the check sees each kind of violation
"""

import pathlib
import re
import sys
import tempfile

# A folder may include itself and folders of lower levels. Folders of one level do not know each other.
LEVELS = [
    ["base"],
    ["model", "proto"],
    ["net", "judgement", "policy"],
    ["rtc", "report", "history", "letters"],
    ["probes", "lists", "refserver"],
    ["scan"],
    ["bench"],
    ["cli"],
]
# Judging is pure and re-run offline: no way to the network, not even a lower one.
NEVER = {"judgement": {"net"}, "report": {"net"}, "history": {"net"}, "letters": {"net"}}
# Headers of heavy libraries, and who may include them.
LIBRARIES = [
    (re.compile(r"CLI/"), lambda path: path.parts[0] == "cli" and path.suffix == ".cpp", "CLI11 is for src/cli/*.cpp"),
    (re.compile(r"boost/beast"), lambda path: path.parts[0] in ("refserver", "net"), "Beast is for refserver and net"),
]
MAX_LINES = 500  # a longer file is worth a look; not an error

LEVEL_OF = {folder: level for level, folders in enumerate(LEVELS) for folder in folders}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def allowed(user, used):
    if user == used:
        return True
    return LEVEL_OF[used] < LEVEL_OF[user] and used not in NEVER.get(user, ())


def violation_of(path, bracket, header, source):
    """Why the file `path` (relative to `source`) may not include `header`; None when it may."""
    for pattern, may, words in LIBRARIES:
        if pattern.match(header) and not may(path):
            return f"{words}: {header}"
    folder = header.split("/")[0]
    if bracket == "<":
        return f'own headers are included with quotes: {header}' if (source / header).is_file() else None
    if folder not in LEVEL_OF or "/" not in header:
        return f"an include names one of the known folders first: {header}"
    user = path.parts[0] if len(path.parts) > 1 else "cli"  # main.cpp may do what cli may
    if not allowed(user, folder):
        return f"{user} may not include {folder}: {header}"
    return None if (source / header).is_file() else f"no such file: {header}"


def check(source):
    """All violations below `source` as "file:line: what", and warnings."""
    errors, warnings = [], []
    files = sorted(p for p in source.rglob("*") if p.suffix in (".h", ".cpp"))
    for file in files:
        path = file.relative_to(source)
        if len(path.parts) > 1 and path.parts[0] not in LEVEL_OF:
            errors.append(f"{path}:1: {path.parts[0]} has no place in the layers")
            continue
        lines = file.read_text(encoding="utf-8").splitlines()
        if len(lines) > MAX_LINES:
            warnings.append(f"{path}:1: {len(lines)} lines; is it one thing?")
        for number, line in enumerate(lines, 1):
            found = INCLUDE.match(line)
            if found and (what := violation_of(path, *found.groups(), source)):
                errors.append(f"{path}:{number}: {what}")
    if not files:
        errors.append(f"{source}: no sources")
    return errors, warnings


SELF_TEST = [  # file, its include line, what the error must say (None: no error)
    ("net/a.h", '#include "base/x.h"', None),
    ("report/a.cpp", '#include "judgement/x.h"', None),
    ("probes/a.cpp", '  #  include "net/x.h"', None),
    ("refserver/a.cpp", "#include <boost/beast/http.hpp>", None),
    ("cli/a.cpp", "#include <CLI/CLI.hpp>", None),
    ("main.cpp", '#include "cli/x.h"', None),
    ("base/a.h", '#include "model/x.h"', "base may not include model"),
    ("model/a.h", '#include "proto/x.h"', "model may not include proto"),
    ("judgement/a.h", '#include "net/x.h"', "judgement may not include net"),
    ("report/a.cpp", '#include "net/x.h"', "report may not include net"),
    ("history/a.cpp", '#include "net/x.h"', "history may not include net"),
    ("report/a.cpp", '#include "history/x.h"', "report may not include history"),
    ("letters/a.cpp", '#include "net/x.h"', "letters may not include net"),
    ("probes/a.cpp", '#include "refserver/x.h"', "probes may not include refserver"),
    ("scan/a.cpp", '#include "bench/x.h"', "scan may not include bench"),
    ("scan/a.cpp", "#include <CLI/CLI.hpp>", "CLI11 is for"),
    ("cli/a.h", "#include <CLI/App.hpp>", "CLI11 is for"),
    ("scan/a.cpp", "#include <boost/beast/core.hpp>", "Beast is for"),
    ("net/a.cpp", '#include "x.h"', "names one of the known folders"),
    ("net/a.cpp", '#include "../base/x.h"', "names one of the known folders"),
    ("net/a.cpp", "#include <base/x.h>", "with quotes"),
    ("net/a.cpp", '#include "base/gone.h"', "no such file"),
    ("misc/a.cpp", "", "no place in the layers"),
]


def self_test():
    failures = []
    for name, line, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder)
            for known in LEVEL_OF:
                (source / known).mkdir()
                (source / known / "x.h").write_text("#pragma once\n", encoding="utf-8")
            file = source / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"// A file.\n{line}\n", encoding="utf-8")
            errors, _ = check(source)
            wanted = not errors if expected is None else len(errors) == 1 and expected in errors[0]
            if not wanted:
                failures.append(f"{name}: {line}: expected {expected!r}, got {errors}")
    return failures


def main(arguments):
    if arguments == ["--self-test"]:
        errors, warnings = self_test(), []
    elif len(arguments) == 1:
        errors, warnings = check(pathlib.Path(arguments[0]))
    else:
        sys.exit(__doc__)
    for warning in warnings:
        print(f"warning: {warning}")
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
