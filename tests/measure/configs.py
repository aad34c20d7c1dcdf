#!/usr/bin/env python3
"""The reader of configurations against Node, on real files: a program, not a test.

usage: configs.py FILE... [--program build/dev/tests/read_config] [--verbose]
       configs.py --extract FOLDER --clones FOLDER

A FILE is a config.js, an interface_config.js or a saved page with inlined scripts. Server-side includes are rendered as
nginx would (echo with its default, include of what is not there as nothing); then Node runs the file as a browser would
that opened a Jitsi host, and the program reads it. Every setting of data/jitsi/settings.yml is compared: equal, unknown
(with the reason), wrong (another value than Node's, or one that Node lacks), or missed (Node has it, absent for us).
Files are also compared as they are, without includes rendered, when Node can run them so.

--extract writes the files that configs.tsv lists from clones of their repositories (owner+name/repo), with Jinja
templates rendered in a plausible way (see fill_in). The files belong to their authors and stay out of this repository.
"""

import argparse
import collections
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
ROOTS = {"config": "config", "interface_config": "interfaceConfig"}

NODE = r"""
const fs = require('fs'), vm = require('vm');
const location = { hostname: 'meet.example.test', host: 'meet.example.test', origin: 'https://meet.example.test',
                   protocol: 'https:', port: '', pathname: '/', search: '', hash: '', href: 'https://meet.example.test/' };
function plain(v, seen) {
  if (v === undefined) return { $: 'undefined' };
  if (typeof v === 'function') return { $: 'function' };
  if (typeof v === 'number' && !isFinite(v)) return { $: 'number' };
  if (v === null || typeof v !== 'object') return v;
  if (seen.includes(v)) return { $: 'cycle' };
  const inner = seen.concat([v]);
  if (Array.isArray(v) || Object.prototype.toString.call(v) === '[object Array]') {
    return Array.from(v, x => plain(x, inner));
  }
  if (Object.prototype.toString.call(v) !== '[object Object]') return { $: 'other' };
  return Object.fromEntries(Object.keys(v).map(k => ['.' + k, plain(v[k], inner)]));
}
const out = {};
for (const file of process.argv.slice(2)) {
  const element = () => ({ setAttribute() {}, appendChild() {}, style: {}, addEventListener() {} });
  const window = { location, navigator: { userAgent: 'Mozilla/5.0', language: 'en' }, console: { log() {}, error() {}, warn() {} },
    document: { title: '', createElement: element, querySelector: element, getElementById: element, head: element(),
                body: element(), addEventListener() {}, location, cookie: '' },
    addEventListener() {}, setTimeout() {}, performance: { now: () => 0 },
    localStorage: { getItem: () => null, setItem() {} } };
  window.window = window.self = window;
  vm.createContext(window);
  let error = null, ran = 0;
  for (const script of JSON.parse(fs.readFileSync(file, 'utf8'))) {
    try { vm.runInContext(script, window, { timeout: 2000 }); ran++; } catch (e) { error = String(e); }
  }
  out[file] = { error, ran };
  for (const root of ['config', 'interfaceConfig']) {
    try { out[file][root] = plain(vm.runInContext('typeof ' + root + " === 'undefined' ? undefined : " + root, window), []); }
    catch (e) { out[file][root] = { $: 'undefined' }; }
  }
}
process.stdout.write(JSON.stringify(out));
"""


def render_includes(text):
    def one(match):
        words = dict(re.findall(r'(\w+)="([^"]*)"', match.group(0)))
        return words.get("default", "") if "echo" in match.group(0) else ""
    return re.sub(r"<!--#\s*(?:echo|include|if|else|endif|set)\b.*?-->", one, text, flags=re.S)


def scripts_of(text):
    if not text.lstrip().startswith("<"):
        return [text]
    text = re.sub(r"<!--(?!#).*?-->", "", text, flags=re.S)
    found = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", text, flags=re.S | re.I)
    return found


def follow(tree, path):
    """(state, value) at a dotted path of a tree in which members begin with a dot: value, absent or unknown."""
    reason = None
    for part in path.split("."):
        if not isinstance(tree, dict):
            return ("absent", None)
        mark = tree.get("$", "")
        if mark.startswith("unknown"):
            reason = mark
        if "." + part in tree:
            tree = tree["." + part]
            reason = None
            continue
        return ("unknown", reason) if reason else ("absent", None)
    if isinstance(tree, dict):
        mark = tree.get("$", "")
        if mark == "undefined":
            return ("absent", None)
        if mark.startswith("unknown"):
            return ("unknown", mark)
    return ("value", tree)


def differs(ours, node):
    """Does a value of ours say something else than Node's? Parts that are unknown say nothing."""
    if isinstance(ours, dict) and str(ours.get("$", "")).startswith("unknown"):
        return any(differs(value, node[key]) for key, value in ours.items()
                   if key != "$" and isinstance(node, dict) and key in node)
    if isinstance(ours, dict):
        if not isinstance(node, dict):
            return True
        keys = {k for k in set(ours) | set(node)}
        nothing = {"$": "undefined"}
        return any(differs(ours.get(k, nothing), node.get(k, nothing)) for k in keys)
    if isinstance(ours, list):
        return not isinstance(node, list) or len(ours) != len(node) or any(differs(a, b) for a, b in zip(ours, node))
    if isinstance(ours, bool) or isinstance(node, bool):
        return ours is not node
    return ours != node


class Tally:
    def __init__(self):
        self.counts = collections.Counter()
        self.reasons = collections.Counter()
        self.bad = []

    def compare(self, name, keys, ours, node):
        local = collections.Counter()
        for part, root in ROOTS.items():
            mine, theirs = ours[root], node[root]
            if not mine["found"] and follow({".x": theirs}, "x")[0] == "absent":
                continue
            for key in keys[part]:
                local[self.one(name, root + "." + key, mine, theirs, key)] += 1
        self.counts.update(local)
        return local

    def one(self, name, shown, mine, theirs, key):
        want, wanted = follow(theirs, key)
        got, value = follow(mine["root"], key)
        if got == "absent" and mine["elsewhere"]:
            got, value = "unknown", mine["elsewhere"]
        if got == "unknown":
            self.reasons[f"{value}"] += 1
            return "unknown, set" if want == "value" else "unknown, not set"
        if got == "absent":
            if want == "absent":
                return "equal, not set"
            self.bad.append(f"{name}: {shown}: absent for us, Node has {json.dumps(wanted)[:150]}")
            return "missed"
        if want == "absent" or differs(value, wanted):
            self.bad.append(f"{name}: {shown}: ours {json.dumps(value)[:150]}, Node's {json.dumps(wanted)[:150]}")
            return "wrong"
        return "equal, set"


def run_both(texts, program):
    """What Node and the program make of texts by name: ({name: node}, {name: ours})."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "run.js").write_text(NODE, encoding="utf-8")
        plain, scripts = {}, {}
        for index, (name, text) in enumerate(texts.items()):
            plain[name] = folder / f"{index}.txt"
            plain[name].write_bytes(text.encode("utf-8", "surrogateescape"))
            scripts[name] = folder / f"{index}.json"
            scripts[name].write_text(json.dumps(scripts_of(text.encode("utf-8", "replace").decode())), encoding="utf-8")
        node = json.loads(subprocess.run(["node", folder / "run.js", *scripts.values()], check=True,
                                         capture_output=True, text=True).stdout)
        ours = json.loads(subprocess.run([program, *plain.values()], check=True, capture_output=True, text=True).stdout)
        return ({n: node[str(f)] for n, f in scripts.items()}, {n: ours[str(f)] for n, f in plain.items()})


def measure(files, program, verbose):
    settings = yaml.safe_load((TOP / "data/jitsi/settings.yml").read_text(encoding="utf-8"))
    keys = {part: [row["key"] for row in settings[part]] for part in ROOTS}
    raw = {str(f): f.read_text(encoding="utf-8", errors="surrogateescape") for f in files}
    tally, skipped = Tally(), []
    for kind in ("rendered", "as it is"):
        texts = {n: render_includes(t) if kind == "rendered" else t for n, t in raw.items()
                 if kind == "rendered" or "<!--#" in t}
        if not texts:
            continue
        node, ours = run_both(texts, program)
        for name in texts:
            shown = pathlib.Path(name).name + ("" if kind == "rendered" else " (as it is)")
            error = node[name]["error"]
            if node[name]["ran"] == 0 and error and "ReferenceError" not in error:
                skipped.append(f"{shown}: Node cannot run it: {node[name]['error'][:100]}")
                continue
            local = tally.compare(shown, keys, ours[name], node[name])
            print(f"{shown:60} " + "  ".join(f"{k} {v}" for k, v in sorted(local.items())))
            if verbose:
                for root in ROOTS.values():
                    for problem in ours[name][root]["problems"]:
                        print(f"    {problem}")
    print("\nnot compared:" if skipped else "", *skipped, sep="\n  ")
    print(f"\n{len(raw)} files: " + "  ".join(f"{k} {v}" for k, v in sorted(tally.counts.items())))
    for reason, count in tally.reasons.most_common(25):
        print(f"  {count:5} {reason}")
    print("\nnone wrong" if not tally.bad else "\nWRONG", *tally.bad, sep="\n  ")
    return 1 if tally.bad else 0


def fill_in(text):
    """Puts a value that fits its name in place of each \\x01name\\x02; outside quotes one that is JavaScript."""
    def one(match):
        name = match.group(1).lower()
        before = match.string[match.string.rfind("\n", 0, match.start()) + 1:match.start()]
        quoted = re.sub(r"//.*", "", before).count("'") % 2 == 1 or before.count('"') % 2 == 1
        if re.search(r"domain|host|fqdn|server", name) and quoted:
            return "meet.example.test"
        if re.search(r"url|link", name) and quoted:
            return "https://meet.example.test/x"
        if re.search(r"enable|disable|require|start|bool|show|hide|display|use_", name):
            return "true"
        return name if quoted else "[]" if re.search(r"s$", name) else "7"
    return re.sub("\x01(.*?)\x02", one, text)


def render_placeholders(text):
    return fill_in(re.sub(r"__([A-Z][A-Z0-9_]*?)__", "\x01\\1\x02", text))


def render_jinja(text):
    import jinja2  # not needed to compare files

    class Plausible(jinja2.Undefined):
        """A variable that the template's user would have set: a value that fits its name."""

        def _name(self):
            return str(self._undefined_name or "")

        def __str__(self):
            return f"\x01{self._name() or 'x'}\x02"

        __html__ = __str__

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return Plausible(name=f"{self._name()}_{name}")

        def __getitem__(self, name):
            return Plausible(name=f"{self._name()}_{name}")

        def __call__(self, *_, **__):
            return self

        def __bool__(self):
            return True

        def __iter__(self):
            return iter([])

        def __eq__(self, other):
            return str(self) == str(other)

        __hash__ = None

        def __add__(self, other):
            return str(self) + str(other)

        def __radd__(self, other):
            return str(other) + str(self)

    environment = jinja2.Environment(undefined=Plausible, trim_blocks=True, keep_trailing_newline=True)

    def dump(value, **_):
        return json.dumps(str(value) if isinstance(value, jinja2.Undefined) else value, default=str)

    def boolean(value, *_):
        return str(value).lower() in ("true", "yes", "1", "on")

    environment.filters.update(to_json=dump, to_nice_json=dump, tojson=dump, bool=boolean, quote=str,
                               ternary=lambda v, a, b, *_: a if v else b, regex_replace=lambda v, *_: str(v),
                               combine=lambda v, *_, **__: v, json=dump)
    environment.tests.update(defined=lambda v: True)
    environment.globals.update(lookup=lambda *_, **__: "x", salt={}, pillar=Plausible(name="pillar"))
    return fill_in(environment.from_string(text).render())


def extract(folder, clones):
    folder.mkdir(parents=True, exist_ok=True)
    with open(HERE / "configs.tsv", encoding="utf-8") as file:
        rows = list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))
    for row in rows:
        clone = clones / row["repository"].replace("/", "+") / "repo"
        done = subprocess.run(["git", "-C", clone, "show", f"{row['commit']}:{row['path']}"], capture_output=True,
                              check=False)
        if done.returncode != 0:
            print(f"{row['name']}: {done.stderr.decode().strip()}", file=sys.stderr)
            continue
        text = done.stdout.decode("utf-8", "surrogateescape")
        try:
            if row["form"].startswith("jinja"):
                text = render_jinja(text)
            if row["form"] == "placeholders":
                text = render_placeholders(text)
            if row["form"].endswith("addition"):  # is put behind a configuration of which it changes parts
                text = "var config = {}; var interfaceConfig = {};\n" + text
        except Exception as error:  # whatever a template may do
            print(f"{row['name']}: {error}", file=sys.stderr)
            continue
        (folder / row["name"]).write_bytes(text.encode("utf-8", "surrogateescape"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--program", default=str(TOP / "build/dev/tests/read_config"))
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--extract", type=pathlib.Path)
    parser.add_argument("--clones", type=pathlib.Path)
    options = parser.parse_args()
    if options.extract:
        return extract(options.extract, options.clones)
    return measure(options.files, options.program, options.verbose)


if __name__ == "__main__":
    sys.exit(main())
