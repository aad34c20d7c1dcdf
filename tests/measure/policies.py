#!/usr/bin/env python3
"""How right the policy reader is on labelled documents: a program, not a test.

usage: policies.py FOLDER... [--binary build/dev/meetlat] [--errors] [--cues] [--lang LANG]

A FOLDER holds index.tsv (columns id, slug, lang, is_policy, one column an item) and the documents as ID-SLUG.txt, with a
comment header that ends with "# ---- text ----". A label is 1 (states it, or states that there is none), 0, p (in part:
counts neither way), n or - (not due). Prints accuracy of "is it a policy", precision and recall by item and by language,
each with a 95 % Wilson interval; --errors lists every miss; --cues lists vocabulary lines that match one document only.
--folds 3 measures again with the documents in three parts, each read with a vocabulary from which every line is taken
out that no document outside that part ever needs: what was written for a document does not help to read it.
"""

import argparse
import collections
import csv
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ITEMS = ("controller contact dpo purposes legal_basis legit_interest recipients transfer retention access rectification "
         "erasure restriction objection portability withdraw complaint mandatory automated source date categories security "
         "cookies video").split()
# The items of the published figures: what Articles 13 and 14 ask for, and the date.
SCORED = ITEMS[:21]


def wilson(hits, total):
    if total == 0:
        return (0.0, 1.0)
    z = 1.96
    share = hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (middle - half, middle + half)


def figure(hits, total):
    if total == 0:
        return "   -              "
    low, high = wilson(hits, total)
    return f"{hits / total:.3f} [{low:.2f} {high:.2f}]"


def cases(folder):
    with open(folder / "index.tsv", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row.get("id"):
                yield row


def text_of(path):
    text = path.read_text(encoding="utf-8")
    mark = "# ---- text ----\n"
    return text.split(mark, 1)[1] if mark in text else text


def read(binary, path, form, data=None):
    command = [binary, "policy", "-", "--format", "json"]
    if form == "md":
        command += ["--media-type", "text/markdown"]
    env = dict(os.environ, MEETLAT_DATADIR=str(data)) if data else None
    done = subprocess.run(command, input=text_of(path), capture_output=True, text=True, check=False, env=env)
    if done.returncode != 0:
        sys.exit(f"{path}: {done.stderr.strip()}")
    return json.loads(done.stdout)


class Counts:
    def __init__(self):
        self.tp = self.fp = self.fn = self.tn = 0

    def add(self, want, got):
        if want and got:
            self.tp += 1
        elif want:
            self.fn += 1
        elif got:
            self.fp += 1
        else:
            self.tn += 1

    def line(self, name):
        return (f"{name:16} {self.tp + self.fn:4} {self.fp + self.tn:4}   {figure(self.tp, self.tp + self.fp)}   "
                f"{figure(self.tp, self.tp + self.fn)}")


def read_all(options, data=None):
    """Readings of all documents of the folders, by path, with their rows."""
    result = []
    for folder in options.folders:
        for row in cases(folder):
            if not options.lang or row["lang"] == options.lang:
                path = folder / f"{row['id']}-{row['slug']}.txt"
                result.append((row, path, read(options.binary, path, row.get("form", ""), data)))
    return result


def cue_users(readings):
    """Which documents each vocabulary line was the first match in."""
    users = collections.defaultdict(set)
    for _, path, reading in readings:
        for item in reading["items"].values():
            if "cue" in item:
                users[item["cue"]].add(path)
    return users


def take_out(data, cues):
    """Blanks lines of the vocabularies in a copy of the data folder; numbers of lines stay."""
    for cue in cues:
        name, line = cue.rsplit(":", 1)
        path = data / name
        lines = path.read_text(encoding="utf-8").split("\n")
        lines[int(line) - 1] = ""
        path.write_text("\n".join(lines), encoding="utf-8")


def by_folds(options, folds):
    """Readings of each part with the lines taken out that only that part needs."""
    top = pathlib.Path(os.environ.get("MEETLAT_DATADIR") or pathlib.Path(__file__).resolve().parents[2])
    everything = read_all(options)
    parts = [{path for index, (_, path, _) in enumerate(everything) if index % folds == fold} for fold in range(folds)]
    result = []
    for part in parts:
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch)
            shutil.copytree(top / "data" / "policy", copy / "data" / "policy")
            shutil.copy(top / "data" / "policy-discovery.tsv", copy / "data")
            removed = 0
            for _ in range(20):
                readings = read_all(options, scratch)
                only_here = [cue for cue, users in cue_users(readings).items() if users <= part]
                if not only_here:
                    break
                removed += len(only_here)
                take_out(copy, only_here)
            print(f"part of {len(part)} documents: {removed} lines taken out")
            result += [entry for entry in readings if entry[1] in part]
    return result


def tally(readings, errors):
    kinds = Counts()
    by_item = collections.defaultdict(Counts)
    by_lang = collections.defaultdict(Counts)
    everything = Counts()
    for row, path, reading in readings:
        is_policy = row["is_policy"] == "yes"
        said = reading["is_policy"] == "yes"
        kinds.add(is_policy, said)
        if said != is_policy and errors:
            print(f"{path.name}: is_policy {row['is_policy']} but said {reading['is_policy']}: {reading['kind']}, "
                  f"{reading['why']}")
        if not is_policy:
            continue
        for name in SCORED:
            if row[name] not in ("0", "1"):
                continue
            item = reading["items"][name]
            found = item["state"] in ("found", "stated_none")
            for counts in (everything, by_item[name], by_lang[row["lang"]]):
                counts.add(row[name] == "1", found)
            if found != (row[name] == "1") and errors:
                print(f"{path.name}: {name} {'missed' if row[name] == '1' else 'wrongly found'}"
                      f" ({item['state']}) {item.get('cue', '')} {item['snippet'][:160]}")
    return kinds, by_item, by_lang, everything


def show(kinds, by_item, by_lang, everything):
    right = kinds.tp + kinds.tn
    total = right + kinds.fp + kinds.fn
    print(f"is it a policy: accuracy {figure(right, total)} of {total}; precision "
          f"{figure(kinds.tp, kinds.tp + kinds.fp)}, recall {figure(kinds.tp, kinds.tp + kinds.fn)}")
    print(f"\n{'':16} {'yes':>4} {'no':>4}   {'precision':18}   {'recall':18}")
    for name in SCORED:
        print(by_item[name].line(name))
    print()
    for lang in sorted(by_lang):
        print(by_lang[lang].line(lang))
    print(everything.line("all"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--binary", default="build/dev/meetlat")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--cues", action="store_true")
    parser.add_argument("--folds", type=int)
    parser.add_argument("--lang")
    options = parser.parse_args()
    readings = by_folds(options, options.folds) if options.folds else read_all(options)
    show(*tally(readings, options.errors))
    if options.cues:
        print("\nlines that were first in one document only:")
        for cue, paths in sorted(cue_users(readings).items()):
            if len(paths) == 1:
                print(f"  {cue}  {next(iter(paths)).name}")


if __name__ == "__main__":
    main()
