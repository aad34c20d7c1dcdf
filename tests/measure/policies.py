#!/usr/bin/env python3
"""How right the policy reader is on labelled documents: a program, not a test.

usage: policies.py FOLDER... [--binary build/dev/meetlat] [--errors] [--cues] [--lang LANG]

A FOLDER holds index.tsv (columns id, slug, lang, is_policy, one column an item) and the documents as ID-SLUG.txt, with a
comment header that ends with "# ---- text ----". A label is 1 (states it, or states that there is none), 0, p (in part:
counts neither way), n or - (not due). Prints accuracy of "is it a policy", precision and recall by item and by language,
each with a 95 % Wilson interval; --errors lists every miss; --cues lists vocabulary lines that match one document only.
"""

import argparse
import collections
import csv
import json
import math
import pathlib
import subprocess
import sys

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


def read(binary, path, form):
    suffix = {"html": "", "md": "x.md", "json": "x.json"}.get(form, "")
    command = [binary, "policy", "-", "--format", "json"]
    if suffix.endswith(".md"):
        command += ["--media-type", "text/markdown"]
    done = subprocess.run(command, input=text_of(path), capture_output=True, text=True, check=False)
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--binary", default="build/dev/meetlat")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--cues", action="store_true")
    parser.add_argument("--lang")
    options = parser.parse_args()
    kinds = Counts()
    by_item = collections.defaultdict(Counts)
    by_lang = collections.defaultdict(Counts)
    everything = Counts()
    cues = collections.defaultdict(set)
    for folder in options.folders:
        for row in cases(folder):
            if options.lang and row["lang"] != options.lang:
                continue
            path = folder / f"{row['id']}-{row['slug']}.txt"
            reading = read(options.binary, path, row.get("form", ""))
            is_policy = row["is_policy"] == "yes"
            said = reading["is_policy"] == "yes"
            kinds.add(is_policy, said)
            if said != is_policy and options.errors:
                print(f"{path.name}: is_policy {row['is_policy']} but said {reading['is_policy']}: {reading['kind']}, {reading['why']}")
            for name, item in reading["items"].items():
                if "cue" in item:
                    cues[item["cue"]].add(path.name)
            if not is_policy:
                continue
            for name in SCORED:
                label = row[name]
                if label not in ("0", "1"):
                    continue
                item = reading["items"][name]
                found = item["state"] in ("found", "stated_none")
                everything.add(label == "1", found)
                by_item[name].add(label == "1", found)
                by_lang[row["lang"]].add(label == "1", found)
                if found != (label == "1") and options.errors:
                    print(f"{path.name}: {name} {'missed' if label == '1' else 'wrongly found'}"
                          f" ({item['state']}) {item.get('cue', '')} {item['snippet'][:160]}")
    right = kinds.tp + kinds.tn
    total = right + kinds.fp + kinds.fn
    print(f"is it a policy: accuracy {figure(right, total)} of {total}; precision {figure(kinds.tp, kinds.tp + kinds.fp)}, "
          f"recall {figure(kinds.tp, kinds.tp + kinds.fn)}")
    print(f"\n{'':16} {'yes':>4} {'no':>4}   {'precision':18}   {'recall':18}")
    for name in SCORED:
        print(by_item[name].line(name))
    print()
    for lang in sorted(by_lang):
        print(by_lang[lang].line(lang))
    print(everything.line("all"))
    if options.cues:
        print("\nlines that were first in one document only:")
        for cue, names in sorted(cues.items()):
            if len(names) == 1:
                print(f"  {cue}  {next(iter(names))}")


if __name__ == "__main__":
    main()
