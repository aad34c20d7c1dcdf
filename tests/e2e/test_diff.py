#!/usr/bin/env python3
"""What changed between Runs: a policy that is published, changed, moved and withdrawn; what cannot be said; reviews."""

import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import yaml

import support

HERE = pathlib.Path(__file__).parent
SCHEMAS = support.TOP / "data" / "schema"
PERSONA = "policy-dutch"  # the one that changes; every other one stays as it is
HIDDEN = "meet.robots-blocked.test"

BEFORE = ["Privacy policy of Lantern Meet", "We keep the log of the web server for 7 days.",
          "Write to mail@lantern.test for a copy of your data.", "Home", "Imprint"]
AFTER = ["Privacy policy of Lantern Meet", "Write to mail@lantern.test for a copy of your data.",
         "Imprint", "Home", "We may share data with partners (call +49 30 1234567)."]


class Diff(support.TestCase):
    @classmethod
    def setUpClass(cls):
        """Three Runs of a few personas: without a policy, with one, and without again."""
        super().setUpClass()
        case = cls.for_class()
        cls.work = case.dir
        cls.port = 0
        cls.none = cls.measure(case, "none.jsonl", {"policy": {"at": "none"}})
        cls.published = cls.measure(case, "published.jsonl", {})
        cls.withdrawn = cls.measure(case, "withdrawn.jsonl", {"policy": {"at": "none"}})
        cls.host = next(host for host in hosts(cls.published) if f".{PERSONA}." in f".{host}")
        cls.hidden = next(host for host in hosts(cls.published) if host.startswith(HIDDEN))

    @classmethod
    def measure(cls, case, name, change):
        folder = case.dir / (name + ".personas")
        shutil.copytree(support.PERSONAS, folder)
        file = folder / f"{PERSONA}.yml"
        persona = yaml.safe_load(file.read_text(encoding="utf-8"))
        persona.update(change)
        if change:
            persona["jitsi"] = {**persona.get("jitsi", {}), "config": {"legalUrls": None}}
        file.write_text(yaml.safe_dump(persona), encoding="utf-8")
        run = case.dir / name
        with support.Server(folder, port=cls.port) as server:
            cls.port = server.port
            wanted = ("exemplary", PERSONA, "robots-blocked", "google-stun")
            listed = case.write("list.txt", "".join(
                f"https://{host}/\n" for host in server.ids() if host.split(".")[1] in wanted))
            case.assert_code(case.meetlat(*server.rank("--run", run, "--quiet", hosters=listed)), 0)
        return run

    def edited(self, name, run, host=None, header=None, **facts):
        """A copy of a Run in which facts of a host, and members of the header, are others."""
        lines = []
        for record in support.json_lines(run):
            if record["type"] == "header":
                record.update(header or {})
            if record["type"] == "host" and record["host"] == host:
                for path, fact in facts.items():
                    path = path.replace("__", ".")
                    record["evidence"] = [each for each in record["evidence"] if each["path"] != path]
                    record["evidence"].append({"path": path, **fact})
            lines.append(json.dumps(record))
        return self.write(name, "\n".join(lines) + "\n")

    def with_policy(self, name, text, retention, **more):
        return self.edited(name, self.published, self.host, policy__text={"text": "\n".join(text)},
                           policy__text_sha256={"value": name},
                           policy__states__retention={"value": retention, "excerpt": "We keep the log for 7 days."},
                           **more)

    def diff(self, base, head, *arguments, code=0):
        return self.assert_code(self.meetlat("diff", base, head, *arguments), code)

    def changes(self, base, head, *arguments, host=None):
        outcome = self.diff(base, head, "--format", "json", *arguments)
        self.validate("diff.schema.json", outcome.out)
        return [change for change in outcome.json()["changes"] if host is None or change["host"] == host]

    def validate(self, schema, text):
        file = self.write("validate.json", text)
        done = subprocess.run([sys.executable, HERE / "validate_json.py", SCHEMAS / schema, file], capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def kinds(self, *arguments, **options):
        return {change["kind"] for change in self.changes(*arguments, **options)}

    def test_same_run_has_no_changes(self):
        self.assertEqual(self.changes(self.published, self.published), [])
        self.assertEqual(self.diff(self.published, self.published, "--format", "updates").out, "")

    def test_published_policy_is_an_update_with_its_url(self):
        kinds = self.kinds(self.none, self.published)
        self.assertIn("policy-published", kinds)
        self.assertIn("letter-better", kinds)
        self.assertIn("rule-fixed", kinds)
        updates = self.diff(self.none, self.published, "--format", "updates").out
        self.assertRegex(updates, rf"(?m)^\d{{4}}-\d\d-\d\d  {self.host}: published a privacy policy \(https://")
        self.assertRegex(updates, rf"(?m)^\d{{4}}-\d\d-\d\d  {self.host}: grade C became A")
        self.assertNotIn("no own privacy policy found", updates)
        self.assertIn("DEMO", updates)
        self.assertEqual({change["host"] for change in self.changes(self.none, self.published)}, {self.host})

    def test_withdrawn_policy_is_worse_and_says_how_it_was_looked_for(self):
        change = next(each for each in self.changes(self.published, self.withdrawn) if each["kind"] == "policy-withdrawn")
        self.assertEqual((change["category"], change["causes"]), ("worse", ["host"]))
        self.assertRegex(change["text"], r"withdrew its privacy policy: not found any more after a complete search of \d+")

    def test_incomplete_search_says_neither_published_nor_withdrawn(self):
        unread = {"not_measured": {"code": "robots-disallowed", "reason": "robots.txt"}}
        facts = {"policy__own": unread, "policy__verdict": unread, "policy__search__complete": {"value": False}}
        hidden = self.edited("hidden.jsonl", self.published, self.host, **facts)
        for base, head in ((self.published, hidden), (hidden, self.published), (self.none, hidden)):
            with self.subTest(base=base.name, head=head.name):
                kinds = self.kinds(base, head)
                self.assertFalse(kinds & {"policy-published", "policy-withdrawn"}, kinds)
        self.assertIn("policy-not-compared", self.kinds(self.published, hidden))
        updates = self.diff(self.published, hidden, "--format", "updates")
        self.assertNotIn("privacy policy", updates.out)

    def test_dropped_statement_has_a_line_of_its_own(self):
        base = self.with_policy("then.jsonl", BEFORE, "found")
        head = self.with_policy("now.jsonl", AFTER, "not_found")
        changes = {change["kind"]: change for change in self.changes(base, head)}
        self.assertEqual(changes.keys(), {"policy-changed", "policy-dropped", "rule-fails"})
        self.assertEqual(changes["rule-fails"]["rule"], "policy-states-retention")
        self.assertEqual(changes["policy-dropped"]["category"], "worse")
        self.assertEqual(changes["policy-dropped"]["item"], "retention")
        lines = [(line["change"], line["line"]) for line in changes["policy-changed"]["lines"]]
        self.assertEqual(lines, [("removed", BEFORE[1]),
                                 ("added", "We may share data with partners (call [phone number]).")])
        text = self.diff(base, head).out
        self.assertIn("no longer states a retention period", text)
        self.assertIn(f'removed "{BEFORE[1]}"', " ".join(text.split()))
        self.assertIn("no longer states a retention period",
                      self.diff(base, head, "--format", "updates", "--host", self.host).out)

    def test_white_space_and_a_moved_menu_are_no_change(self):
        base = self.with_policy("then.jsonl", BEFORE, "found")
        head = self.with_policy("now.jsonl", ["Imprint", "Home", *(f"  {line}\u00a0 " for line in BEFORE[:3])], "found")
        self.assertEqual(self.changes(base, head), [])

    def test_moved_policy_names_both_places(self):
        base = self.with_policy("then.jsonl", BEFORE, "found")
        head = self.with_policy("now.jsonl", BEFORE, "found", policy__url={"value": "https://elsewhere.test/privacy"})
        (change,) = self.changes(base, head)
        self.assertEqual(change["kind"], "policy-moved")
        self.assertEqual(change["after"], "https://elsewhere.test/privacy")

    def test_other_version_of_the_tool_makes_a_change_possibly_ours(self):
        head = self.edited("other.jsonl", self.published, header={"tool_version": "9.9"})
        outcome = self.diff(self.none, head)
        self.assertIn("MAY BE OURS", outcome.out)
        self.assertNotIn("published a privacy policy", outcome.out)
        updates = self.diff(self.none, head, "--format", "updates")
        self.assertIn("a privacy policy was found that was not found before", updates.out)
        self.assertIn("may be ours", updates.err)

    def test_other_rules_are_refused_or_marked(self):
        head = self.edited("other.jsonl", self.published, header={"rules_digest": "0" * 64, "rules_version": "1999.1"})
        self.assertIn("--rejudge", self.diff(self.none, head, code=2).err)
        self.assertIn("JUDGED AGAIN", self.diff(self.none, head, "--rejudge").out)

    def test_what_other_rules_changed_is_told_apart(self):
        rules = self.dir / "rules"
        shutil.copytree(support.TOP / "rules", rules)
        file = rules / "third-parties" / "no-third-party-stun.yml"
        file.write_text(file.read_text().replace("pass_if: {fact: jitsi.stun.third_party, empty: true}",
                                                 "pass_if: {fact: jitsi.stun.third_party, empty: false}"))
        outcome = self.assert_code(self.meetlat("rules", "check", "--rules-dir", rules), 0)
        digest = outcome.out.split()[-1]
        base = self.edited("base.jsonl", self.published, header={"rules_digest": digest})
        changes = self.changes(base, self.published, "--rejudge", "--base-rules", rules)
        stun = [each for each in changes if each["rule"] == "no-third-party-stun"]
        self.assertEqual({each["category"] for each in stun}, {"new", "fixed"})
        for change in changes:
            self.assertEqual(change["causes"], ["rules"], change)

    def test_host_that_was_not_measured_is_neither_worse_nor_gone(self):
        lines = [json.dumps(record) for record in support.json_lines(self.published)
                 if record.get("host") != self.host]
        head = self.write("short.jsonl", "\n".join(lines) + "\n")
        (change,) = self.changes(self.published, head, host=self.host)
        self.assertEqual((change["category"], change["kind"]), ("not-measured", "host-not-measured"))

    def test_host_that_is_in_neither_run_is_wrong_use(self):
        self.diff(self.none, self.published, "--host", "meet.nowhere.test", code=2)
        self.assertEqual(self.changes(self.none, self.published, "--host", self.hidden), [])

    # Reviews.

    def add(self, *arguments, code=0):
        return self.assert_code(self.meetlat("review", "add", *arguments), code)

    def test_runs_in_the_wrong_order_are_named(self):
        diff = ["diff", self.none, self.published]
        self.assertNotIn("the other way round", self.assert_code(self.meetlat(*diff), 0).err)
        later = self.edited("later.jsonl", self.none, header={"started": "2999-01-01T00:00:00Z"})
        said = self.assert_code(self.meetlat("diff", later, self.published), 0).err
        self.assertIn("is of 2999-01-01", said)
        self.assertIn("the other way round", said)

    def test_override_corrects_every_report_with_its_provenance_and_leaves_the_run(self):
        stored = self.none.read_bytes()
        before = support.hosts_of(self.meetlat("report", self.none, "--format", "json").json())[self.host]
        self.add("--host", self.host, "--item", "policy.own", "--value", "true", "--reason", "The link was overlooked",
                 "--evidence", "https://lantern.test/privacy", "--by", "operator")
        record = yaml.safe_load((self.dir / ".config/meetlat/review.yml").read_text())
        self.validate("review.schema.json", json.dumps(record))
        report = self.assert_code(self.meetlat("report", self.none, "--format", "json"), 0)
        self.validate("report.schema.json", report.out)
        after = support.hosts_of(report.json())[self.host]
        self.assertLess(after["grade"], before["grade"])
        self.assertEqual([(each["item"], each["was"], each["now"]) for each in after["corrections"]],
                         [("policy.own", "no", "yes"), ("policy.verdict", "not-found", "own")])
        words = "at the operator's request: The link was overlooked (https://lantern.test/privacy)"
        for form in ("table", "text"):
            with self.subTest(form):
                self.assertIn(words, " ".join(self.meetlat("report", self.none, "--format", form).out.split()))
        self.assertEqual(self.none.read_bytes(), stored)
        # By the same correction BASE had a policy already.
        self.assertNotIn("policy-published", self.kinds(self.none, self.published))

    def test_override_of_a_rule_changes_its_outcome(self):
        self.add("--host", self.host, "--item", "privacy-policy-published", "--value", "pass", "--reason", "Seen",
                 "--reviews", "own.yml")
        host = support.hosts_of(self.meetlat("report", self.none, "--format", "json", "--reviews", "own.yml").json())
        outcome = {each["rule"]: each["outcome"] for each in host[self.host]["findings"]}
        self.assertEqual(outcome["privacy-policy-published"], "pass")

    def test_expired_override_is_not_applied_and_named(self):
        self.write("old.yml", OLD.format(host=self.host))
        outcome = self.assert_code(self.meetlat("report", self.none, "--format", "json", "--reviews", "old.yml"), 0)
        self.assertIn("expired on 2020-02-01", outcome.err)
        self.assertEqual(support.hosts_of(outcome.json())[self.host]["corrections"], [])
        checked = self.assert_code(self.meetlat("review", "check", "old.yml"), 0)
        self.assertIn("expired on 2020-02-01", checked.err)
        self.assertIn("1 warning(s)", checked.out)

    def test_opt_out_takes_a_host_out_of_reports_and_of_crawls(self):
        self.assert_code(self.meetlat("review", "opt-out", self.host.split(":")[0], "--reason", "asked by mail"), 0)
        report = self.assert_code(self.meetlat("report", self.published, "--show-excluded", "--format", "json"), 0)
        host = support.hosts_of(report.json())[self.host]
        self.assertEqual((host["status"], host["status_reason"]), ("excluded", "asked by mail"))
        self.assertEqual(host["evidence"], [])
        self.assertNotIn(self.host, self.assert_code(self.meetlat("report", self.published), 0).out)
        self.assertEqual(self.changes(self.none, self.published), [])
        # Excluded hosts need no server: nothing is asked.
        audit = self.meetlat("audit", f"https://{self.host}/", "--timeout", "1")
        self.assertIn("excluded on request", audit.out)

    def test_resumed_run_leaves_out_who_opted_out_since(self):
        lines = [json.dumps(record) for record in support.json_lines(self.published)
                 if record.get("host") != self.host and record["type"] != "end"]
        run = self.write("resumed.jsonl", "\n".join(lines) + "\n")
        self.assert_code(self.meetlat("review", "opt-out", self.host.split(":")[0], "--reason", "asked"), 0)
        outcome = self.assert_code(self.meetlat("rank", "--resume", run, "--quiet", "--format", "json",
                                                "--show-excluded"), 0)
        self.assertEqual(support.hosts_of(outcome.json())[self.host]["status"], "excluded")
        self.assertNotIn(self.host, {record.get("host") for record in support.json_lines(run)})

    def test_records_of_many_processes_at_once_are_all_kept(self):
        running = [self.start("review", "opt-out", f"meet.h{i}.test", "--reason", "asked") for i in range(24)]
        for process in running:
            out, err = process.communicate(timeout=support.DEADLINE)
            self.assertEqual(process.returncode, 0, err)
        records = yaml.safe_load((self.dir / ".config/meetlat/review.yml").read_text())["records"]
        self.assertEqual({record["host"] for record in records}, {f"meet.h{i}.test" for i in range(24)})

    def test_removing_a_record_keeps_comments(self):
        file = self.write("own.yml", OLD.format(host=self.host) + KEPT)
        self.assert_code(self.meetlat("review", "remove", "old1", "--reviews", file), 0)
        text = file.read_text()
        self.assertNotIn("old1", text)
        self.assertIn("# why this one stays", text)
        listed = self.assert_code(self.meetlat("review", "list", "--reviews", file), 0).out
        self.assertEqual(len(listed.splitlines()), 1)
        self.assert_code(self.meetlat("review", "remove", "old1", "--reviews", file), 3)

    def test_unusable_records_are_refused_with_their_place(self):
        for arguments, words in ((("--item", "policy.won", "--value", "true"), "neither a fact nor a rule"),
                                 (("--item", "policy.own", "--value", "perhaps"), "true or false"),
                                 (("--item", "policy.own", "--value", "true", "--by", "J. Doe"), "role"),
                                 (("--item", "policy.own", "--value", "true", "--until", "2020-01-01"), "2020-01-01")):
            with self.subTest(arguments):
                outcome = self.add("--host", "meet.a.test", "--reason", "r", *arguments, code=2)
                self.assertIn(words, outcome.err)
        self.write("bad.yml", OLD.format(host=self.host).replace("kind:", "kidn:"))
        outcome = self.assert_code(self.meetlat("report", self.none, "--reviews", "bad.yml"), 3)
        self.assertIn("bad.yml:4:5", outcome.err)
        self.assert_code(self.meetlat("report", self.none, "--reviews", "gone.yml"), 3)


def hosts(run):
    return [target["id"] for target in support.json_lines(run)[0]["targets"]]


OLD = """schema: meetlat-review/1
records:
  - id: old1
    kind: override
    host: {host}
    item: policy.own
    value: true
    reason: It was there
    date: 2020-01-01
    until: 2020-02-01
"""
KEPT = """  # why this one stays
  - id: kept
    kind: opt-out
    host: meet.kept.test
    reason: asked
    date: 2026-01-01
"""

if __name__ == "__main__":
    unittest.main()
