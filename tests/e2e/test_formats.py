#!/usr/bin/env python3
"""The formats of reports as their readers take them: foreign validators and parsers, not ours. Those of npm are found in
build/node (script/check installs them) and promtool in Debian's prometheus; what is missing is skipped, and says how to
get it. Host names are checked when they are listed, so a Run whose other texts are hostile is made from a good one."""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema

import support

MODULES = support.TOP / "build/node/node_modules"
PACKAGES = ("@microsoft/sarif-multitool-linux@5.7.0 har-validator@5.1.5 junit2json@4.0.0 papaparse@5.7.1 "
            "marked@18.2.1")
HOW = f"`npm install --ignore-scripts --prefix build/node {PACKAGES}` in the project's folder, or `script/check formats`"
FORMATS = ("table", "text", "json", "jsonl", "markdown", "csv", "csv-hosts", "sarif", "junit", "gitlab", "openmetrics",
           "badge", "shields", "list", "har")
PUBLIC = ("markdown", "csv-hosts", "list", "badge", "shields")

# Whatever breaks out of a format somewhere: quotes, markup, ends of sections, controls, direction, length.
HOSTILE = ("\"'`,;|\\ <script>alert(1)</script> ]]> --> &amp; <!-- [x](https://evil.invalid) ![y](z) www.evil.invalid "
           "https://evil.invalid/ @somebody #12 {} %s $HOME\r\n\t=HYPERLINK(\"x\")\n# HELP x y\nmeetlat_x 1\n"
           "\x00\x01\x1b[2J\x7f\u0085\u202egnp\u2028\ufffe\uffff\ud83d\ude00 " + "long " * 2000)


def node(test, script, *arguments, stdin=None):
    """What a script prints that may import the packages in build/node."""
    binary = shutil.which("node")
    if binary is None:
        test.skipTest("no node")
    path = test.dir / "script.mjs"
    path.write_text("import {createRequire} from 'module';\n"
                    f"const require = createRequire({json.dumps(str(MODULES / 'x.js'))});\n" + script)
    done = subprocess.run([binary, path, *map(str, arguments)], input=stdin, capture_output=True, text=True,
                          timeout=support.DEADLINE, check=False)
    test.assertEqual(done.returncode, 0, done.stderr[-3000:])
    return done.stdout


def hostile_run(run):
    """The lines of a Run with hostile text wherever a stranger's text can stand."""
    lines = []
    for number, record in enumerate(support.json_lines(run)):
        if record.get("type") == "header":
            record["vantage"] = 'a "place" of\\mine\nx'
            for target in record["targets"]:
                target["claims"] = [{"key": "operator", "value": "=1+1," + HOSTILE, "source": HOSTILE[:300], "remark": HOSTILE}]
        for fact in record.get("evidence", []):
            if fact["path"] == "jitsi.operator.stated":
                fact["value"] = "@SUM(A1)" + HOSTILE
                fact.pop("not_measured", None)
            for key in ("where", "excerpt", "check"):
                if key in fact:
                    fact[key] = HOSTILE
            if "not_measured" in fact:
                fact["not_measured"]["reason"] = HOSTILE
        for entry in record.get("transcript", [])[:5]:
            entry["answer"] = "200 " + HOSTILE
            entry["request"] += "?q=" + HOSTILE
        lines.append(json.dumps(record) + "\n")
    return "".join(lines)


class Formats(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.for_class()
        folder = support.copy_personas(cls.case.dir / "personas",
                                       ("exemplary", "google-stun", "no-policy", "e2ee-off", "default-install"))
        with support.Server(folder) as server:
            hosts = server.list.read_text() + "https://gone.meet.test/\n"
            cls.case.write("my list/hosts.txt", "# my hosts\n\n" + hosts)
            outcome = cls.case.meetlat(*server.rank("--run", "run.jsonl", hosters="my list/hosts.txt"))
        cls.case.assert_code(outcome, 0)
        cls.run_file = cls.case.dir / "run.jsonl"
        cls.hostile = cls.case.write("hostile.jsonl", hostile_run(cls.run_file))
        cls.whole = cls.case.meetlat("report", cls.run_file, "--format", "json").json()

    def report(self, form, run=None, *arguments):
        outcome = self.meetlat("report", run or self.run_file, "--format", form, *arguments)
        return self.assert_code(outcome, 0).out

    def both(self, form):
        """The report of the good Run and of the hostile one."""
        return [self.report(form, run) for run in (self.run_file, self.hostile)]

    def package(self, name):
        if not (MODULES / name).exists():
            self.skipTest(f"no {name}: {HOW}")
        return MODULES / name

    def failed(self):
        return [(host["host"], finding["rule"]) for host in self.whole["hosts"] for finding in host["findings"]
                if finding["outcome"] == "fail"]

    def test_the_fixture_has_something_to_show(self):
        self.assertGreater(len(self.failed()), 5)
        self.assertIn("name-gone", {host["status"] for host in self.whole["hosts"]})
        self.assertIn("alert(1)", self.report("json", self.hostile))

    def test_no_format_lets_a_control_character_through(self):
        for form in FORMATS:
            for text in self.both(form):
                self.assertIsNone(re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", text), form)
                if not form.startswith("csv"):
                    self.assertNotIn("\r", text, form)
                self.assertTrue(text.endswith("\n"), form)

    # --- JSON and JSON Lines
    def test_json_lines_hold_the_objects_of_the_json_report(self):
        schema = json.loads(support.SCHEMA.read_text())
        for run in (self.run_file, self.hostile):
            head, *hosts = map(json.loads, self.report("jsonl", run).splitlines())
            report = json.loads(self.report("json", run))
            jsonschema.validate(report, schema)
            self.assertEqual(hosts, report["hosts"])
            self.assertEqual({**head, "hosts": hosts}, report)

    # --- CSV
    def test_csv_is_read_alike_by_three_readers(self):
        for form in ("csv", "csv-hosts"):
            for text in self.both(form):
                rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
                self.assertEqual({len(row) for row in rows}, {len(rows[0])})
                self.assertEqual(text.count("\r\n"), len(rows))
                for row in rows[1:]:
                    for cell in row:
                        self.assertNotRegex(cell.strip(), r"^[=+\-@＝＋－＠]", form)
                path = self.write("out.csv", text.encode())
                base = sqlite3.connect(":memory:")
                base.execute("create table t ({})".format(", ".join(f'"{name}"' for name in rows[0])))
                base.executemany("insert into t values ({})".format(", ".join("?" * len(rows[0]))), rows[1:])
                self.assertEqual(base.execute("select count(*) from t where demo = 'DEMO'").fetchone()[0], len(rows) - 1)
                if (MODULES / "papaparse").exists():
                    read = node(self, "const fs = require('fs'), papa = require('papaparse');\n"
                                "const read = papa.parse(fs.readFileSync(process.argv[2], 'utf8'), {skipEmptyLines: true});\n"
                                "console.log(JSON.stringify([read.errors, read.data]));", path)
                    self.assertEqual(json.loads(read), [[], rows])

    def test_csv_has_a_row_for_each_host_and_rule(self):
        rows = list(csv.DictReader(io.StringIO(self.report("csv"), newline="")))
        wanted = sum(max(1, len(host["findings"])) for host in self.whole["hosts"])
        self.assertEqual(len(rows), wanted)
        self.assertEqual([(row["host"], row["rule"]) for row in rows if row["outcome"] == "fail"], self.failed())
        hosts = list(csv.DictReader(io.StringIO(self.report("csv-hosts"), newline="")))
        self.assertEqual([row["host"] for row in hosts], [host["host"] for host in self.whole["hosts"]])
        gone = next(row for row in hosts if row["host"] == "gone.meet.test")
        self.assertEqual((gone["status"], gone["grade"], gone["may_start"]), ("name-gone", "", ""))

    # --- SARIF
    def sarif(self, text):
        log = json.loads(text)
        self.assertEqual(len(log["runs"]), 1)
        return log["runs"][0]

    def test_sarif_is_valid_by_the_schema_of_oasis_and_by_a_foreign_reader(self):
        folder = self.package("@microsoft/sarif-multitool-linux")
        schema = json.loads((folder / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
        tool = self.dir / "multitool"
        shutil.copytree(folder, tool)
        os.chmod(tool / "Sarif.Multitool", 0o755)
        empty = self.report("sarif", None, "--where", "grade=F")
        for text in (*self.both("sarif"), empty):
            jsonschema.validate(json.loads(text), schema)
            self.write("log.sarif", text)
            done = subprocess.run([tool / "Sarif.Multitool", "validate", "log.sarif", "-o", "found.sarif", "--log",
                                   "ForceOverwrite"], cwd=self.dir, capture_output=True, text=True,
                                  timeout=support.DEADLINE, check=False,
                                  env={**support.environment(self.dir), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            found = json.loads((self.dir / "found.sarif").read_text(encoding="utf-8-sig"))["runs"][0]
            errors = [result for result in found.get("results", []) if result.get("level") == "error"]
            self.assertEqual(errors, [])

    def test_sarif_keeps_to_what_github_takes(self):
        lines = (self.case.dir / "my list/hosts.txt").read_text().splitlines()
        for text in self.both("sarif"):
            self.assertLess(len(text), 10 << 20)
            run = self.sarif(text)
            rules = run["tool"]["driver"]["rules"]
            self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
            for rule in rules:
                self.assertLessEqual(len(rule["properties"]["tags"]), 20)
                self.assertTrue(rule["help"]["text"] and rule["help"]["markdown"], rule["id"])
                if "security-severity" in rule["properties"]:
                    self.assertGreater(float(rule["properties"]["security-severity"]), 0)
            for result in run["results"]:
                self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
                place = result["locations"][0]["physicalLocation"]
                self.assertEqual(place["artifactLocation"]["uri"], "my%20list/hosts.txt")
                host = result["locations"][0]["logicalLocations"][0]["name"]
                self.assertIn(host, lines[place["region"]["startLine"] - 1])
            prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
            self.assertEqual(len(set(prints)), len(prints))
            self.assertEqual(len(prints), len(self.failed()))

    def test_sarif_is_written_without_findings_and_fingerprints_stay(self):
        run = self.sarif(self.report("sarif", None, "--where", "grade=F"))
        self.assertEqual(run["results"], [])
        self.assertGreater(len(run["tool"]["driver"]["rules"]), 50)
        first, again = (self.sarif(self.report("sarif", run)) for run in (self.run_file, self.run_file))
        self.assertEqual(first, again)

    def test_sarif_tells_of_hosts_without_findings(self):
        run = self.sarif(self.report("sarif"))
        told = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
        self.assertTrue(any(text.startswith("gone.meet.test: not audited") for text in told), told)
        self.assertNotIn("gone.meet.test", json.dumps(run["results"]))

    # --- JUnit
    def counts(self):
        outcomes = [finding["outcome"] for host in self.whole["hosts"] for finding in host["findings"]]
        bare = sum(1 for host in self.whole["hosts"] if not host["findings"])
        return {"tests": len(outcomes) + bare, "failures": outcomes.count("fail"), "errors": bare,
                "skipped": outcomes.count("not-applicable") + outcomes.count("not-measured")}

    def test_junit_is_read_by_python(self):
        import junitparser  # pylint: disable=import-outside-toplevel
        for text in self.both("junit"):
            ElementTree.fromstring(text)
            path = self.write("junit.xml", text)
            suites = junitparser.JUnitXml.fromfile(str(path))
            self.assertEqual({key: getattr(suites, key) for key in self.counts()}, self.counts())
            seen = [(case.classname, case.name) for suite in suites for case in suite
                    if any(isinstance(result, junitparser.Failure) for result in case.result)]
            self.assertEqual(seen, self.failed())

    def test_junit_is_read_by_node(self):
        self.package("junit2json")
        for text in self.both("junit"):
            path = self.write("junit.xml", text)
            read = json.loads(node(self, f"""
import fs from 'fs';
import {{pathToFileURL}} from 'url';
const {{parse}} = await import(pathToFileURL({json.dumps(str(self.node_main("junit2json")))}));
console.log(JSON.stringify(await parse(fs.readFileSync(process.argv[2], 'utf8'))));""", path))
            cases = [case for suite in read["testsuite"] for case in suite["testcase"]]
            self.assertEqual(len(cases), self.counts()["tests"])
            self.assertEqual(sum(1 for case in cases if "failure" in case), self.counts()["failures"])
            self.assertEqual(sum(1 for case in cases if "error" in case), self.counts()["errors"])

    def node_main(self, name):
        """The file that `import` would take."""
        folder = self.package(name)
        package = json.loads((folder / "package.json").read_text())
        entry = package.get("exports", {}).get(".", package.get("exports", package.get("main")))
        while isinstance(entry, dict):
            entry = entry.get("import") or entry.get("default") or next(iter(entry.values()))
        return folder / entry

    # --- GitLab
    def test_gitlab_gets_unique_fingerprints_and_its_own_severities(self):
        for text in self.both("gitlab"):
            issues = json.loads(text)
            self.assertEqual(len(issues), len(self.failed()))
            self.assertEqual(len({issue["fingerprint"] for issue in issues}), len(issues))
            for issue in issues:
                self.assertIn(issue["severity"], ("info", "minor", "major", "critical", "blocker"))
                self.assertGreaterEqual(issue["location"]["lines"]["begin"], 1)
                self.assertEqual(issue["location"]["path"], "my list/hosts.txt")
                self.assertTrue(issue["description"] and issue["check_name"])
        self.assertEqual(json.loads(self.report("gitlab", None, "--where", "grade=F")), [])

    # --- metrics
    def test_metrics_pass_promtool(self):
        unpacked = support.TOP / "build/prometheus/usr/bin/promtool"
        promtool = unpacked if unpacked.exists() else shutil.which("promtool")
        if promtool is None:
            self.skipTest("no promtool: `script/check formats`, or Debian's package prometheus")
        for text in self.both("openmetrics"):
            done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True,
                                  timeout=support.DEADLINE, check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_metrics_say_what_the_report_says(self):
        text = self.report("openmetrics")
        for host in self.whole["hosts"]:
            low = re.search(rf'^meetlat_score_low{{host="{re.escape(host["host"])}"}} ([0-9.]+)$', text, re.M)
            if host["status"] != "measured":
                self.assertIsNone(low)
                continue
            self.assertEqual(float(low[1]), host["range"]["low"])
            grade = re.search(rf'^meetlat_grade{{host="{re.escape(host["host"])}",grade="(.)"}} 1$', text, re.M)
            self.assertEqual(grade and grade[1], host["grade"])
        for line in text.splitlines():
            self.assertRegex(line, r'^(# .*|meetlat_[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)*\})? -?[0-9.]+)$')

    # --- badges
    def test_badge_is_a_picture_that_loads_nothing_and_has_a_title(self):
        for arguments in ((), ("--host", self.whole["hosts"][0]["host"]), ("--where", "grade=F")):
            root = ElementTree.fromstring(self.report("badge", None, *arguments))
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertTrue(root.find("{http://www.w3.org/2000/svg}title").text)
            for element in root.iter():
                self.assertNotIn(element.tag.split("}")[1], ("script", "image", "style", "foreignObject", "use"))
                for name, value in element.attrib.items():
                    self.assertNotIn("href", name)
                    self.assertNotRegex(value, r"url\((?!#)")
        self.assertIn("A very good", self.report("badge", None, "--host", self.whole["hosts"][0]["host"]))

    def test_shields_record_is_as_documented(self):
        schema = {"type": "object", "additionalProperties": False, "required": ["schemaVersion", "label", "message"],
                  "properties": {"schemaVersion": {"const": 1}, "label": {"type": "string"},
                                 "message": {"type": "string", "minLength": 1}, "color": {"pattern": "^#[0-9a-f]{6}$"},
                                 "isError": {"type": "boolean"}, "cacheSeconds": {"type": "integer", "minimum": 300}}}
        for text in self.both("shields"):
            jsonschema.validate(json.loads(text), schema)

    # --- list
    def test_list_is_what_meetlat_itself_reads(self):
        text = self.report("list", None, "--where", "grade>=A and stun!=google")
        self.assertIn("# Shown is where grade>=A and stun!=google holds", text)
        self.assertIn("# DEMO", text)
        wanted = [host["host"] for host in self.whole["hosts"] if host["grade"] == "A"]
        self.assertTrue(wanted)
        named = [line for line in text.splitlines() if not line.startswith("#")]
        self.assertEqual(sorted(named), sorted(f"https://{host}/" for host in wanted))
        read = self.meetlat("list", self.write("good.txt", text), "--format", "txt")
        self.assertEqual(self.assert_code(read, 0).out.splitlines(), named)

    # --- HAR
    def test_har_is_valid_by_its_schema(self):
        self.package("har-validator")
        for text in self.both("har"):
            path = self.write("log.har", text)
            node(self, "const fs = require('fs'), har = require('har-validator/lib/promise.js');\n"
                 "await har.har(JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))).catch(error => {\n"
                 "  console.error(JSON.stringify(error.errors || error, null, 1)); process.exit(1); });", path)

    def test_har_has_what_the_run_keeps(self):
        exchanges = [entry for record in support.json_lines(self.run_file) for entry in record.get("transcript", [])]
        log = json.loads(self.report("har"))["log"]
        self.assertEqual(len(log["entries"]), sum(1 for entry in exchanges if entry["kind"] in ("http", "websocket")))
        others = sum(len(page["_exchanges"]) for page in log["pages"])
        self.assertEqual(len(log["entries"]) + others, len(exchanges))
        self.assertEqual({entry["pageref"] for entry in log["entries"]} - {page["id"] for page in log["pages"]}, set())

    # --- Markdown
    def test_markdown_becomes_no_markup_that_a_stranger_wrote(self):
        self.package("marked")
        for run in (self.run_file, self.hostile):
            path = self.write("report.md", self.report("markdown", run))
            html = node(self, f"""
import fs from 'fs';
import {{pathToFileURL}} from 'url';
const {{marked}} = await import(pathToFileURL({json.dumps(str(self.node_main("marked")))}));
console.log(marked.parse(fs.readFileSync(process.argv[2], 'utf8'), {{gfm: true}}));""", path)
            self.assertNotRegex(html, r"<(script|img|iframe|!--)")
            links = set(re.findall(r'href="([^"]*)"', html))
            self.assertTrue(links)
            self.assertEqual({link for link in links if not re.fullmatch(r"https://[a-z0-9.-]+\.test(:\d+)?/", link)}, set())
            rows = [len(re.findall(r"<td", row)) for row in re.findall(r"<tr>.*?</tr>", html, re.S)]
            graded = sum(1 for host in self.whole["hosts"] if host["grade"])
            self.assertEqual(rows.count(10), graded)
            self.assertEqual(set(rows), {0, 10, 3} if len(self.whole["hosts"]) > graded else {0, 10})

    # --- several at once, and faults
    def test_every_format_at_once_is_the_same_as_one_at_a_time(self):
        (self.dir / "out").mkdir()
        arguments = [part for form in FORMATS for part in ("--report", f"{form}=out/{form}")]
        self.assert_code(self.meetlat("report", self.run_file, *arguments), 0)
        for form in FORMATS:
            self.assertEqual((self.dir / "out" / form).read_bytes(), self.report(form).encode(), form)
        self.assertEqual(sorted(os.listdir(self.dir / "out")), sorted(FORMATS))

    def test_one_report_that_cannot_be_written_does_not_lose_the_others(self):
        (self.dir / "taken").mkdir()
        outcome = self.meetlat("report", self.run_file, "--report", "csv=first.csv", "--report", "junit=taken",
                               "--report", "sarif=last.sarif", "--format", "list")
        self.assertEqual(outcome.code, 3, str(outcome))
        self.assertIn("taken", outcome.err)
        self.assertEqual((self.dir / "first.csv").read_bytes(), self.report("csv").encode())
        self.assertEqual((self.dir / "last.sarif").read_bytes(), self.report("sarif").encode())
        self.assertEqual(outcome.out, self.report("list"))

    def test_where_filters_every_format_alike(self):
        wanted = {host["host"] for host in self.whole["hosts"] if host["grade"] == "A"}
        part = json.loads(self.report("json", None, "--where", "grade=A"))
        self.assertEqual({host["host"] for host in part["hosts"]}, wanted)
        ranks = {host["host"]: host["rank"] for host in self.whole["hosts"]}
        self.assertEqual({host["host"]: host["rank"] for host in part["hosts"]}, {name: ranks[name] for name in wanted})
        rows = csv.DictReader(io.StringIO(self.report("csv-hosts", None, "--where", "grade=A"), newline=""))
        self.assertEqual({row["host"] for row in rows}, wanted)
        weaker = json.loads(self.report("json", None, "--where", "not grade=A"))["hosts"]
        # Of the host that is gone nobody knows its grade: it is in neither part.
        self.assertEqual(len(weaker) + len(wanted), len(self.whole["hosts"]) - 1)

    def test_a_wrong_condition_is_shown_with_its_place(self):
        outcome = self.assert_code(self.meetlat("report", self.run_file, "--where", "grade>=B and contry=NL"), 2)
        self.assertIn("did you mean 'country'?", outcome.err)
        self.assertIn("\n  grade>=B and contry=NL\n               ^\n", outcome.err)

    def test_gates_are_asked_of_all_hosts_whatever_is_shown(self):
        outcome = self.meetlat("report", self.run_file, "--where", "grade=A", "--min-grade", "A")
        self.assertEqual(outcome.code, 1, str(outcome))


class Embargo(support.TestCase):
    """What `--exposed` found is for the operator of the host: nothing of it is in a format for everybody."""

    def test_nothing_of_it_is_in_public_formats(self):
        folder = support.copy_personas(self.dir / "personas", ("exemplary", "exposes-things"))
        with support.Server(folder) as server:
            self.assert_code(self.meetlat(*server.rank("--run", "run.jsonl", hosters=server.list)), 0)
        # As --exposed leaves it, which needs a token on the host's own site.
        lines = []
        for record in support.json_lines(self.dir / "run.jsonl"):
            for fact in record.get("evidence", []):
                if fact["path"].startswith("exposed."):
                    fact.pop("not_measured", None)
                    fact["value"] = True if fact["path"] == "exposed.asked" else ["transcripts at /transcripts/"]
            lines.append(json.dumps(record) + "\n")
        run = self.write("exposed.jsonl", "".join(lines))
        self.assertIn("/transcripts/", self.meetlat("report", run, "--format", "text").out)
        for form in PUBLIC:
            text = self.assert_code(self.meetlat("report", run, "--format", form), 0).out
            for part in ("exposed", "transcripts", "not be public answers"):
                self.assertNotIn(part, text.replace("meet.exposes-things.test", ""), form)
        for condition in ("rule:nothing-exposed=fail", "exposed.asked=yes or grade=A"):
            outcome = self.meetlat("report", run, "--format", "list", "--where", condition)
            self.assert_code(outcome, 2)
            self.assertIn("not for publication", outcome.err)
        self.assert_code(self.meetlat("report", run, "--where", "rule:nothing-exposed=fail"), 0)


if __name__ == "__main__":
    unittest.main()
