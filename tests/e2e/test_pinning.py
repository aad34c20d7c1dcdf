#!/usr/bin/env python3
"""--rules VERSION: an upgrade of meetlat that brings other rules changes no verdict of who pinned a set."""

import json
import shutil
import unittest

import yaml

import support

VERSION = (support.TOP / "rules/VERSION").read_text().strip()
NEWER = "2099.1"


class Pinning(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.for_class()
        cls.run_file, cls.baseline = cls.case.dir / "run.jsonl", cls.case.dir / "baseline.json"
        personas = support.copy_personas(cls.case.dir / "personas", ["exemplary"])
        with support.Server(personas) as server:
            cls.case.assert_code(cls.case.meetlat(*server.rank("--run", cls.run_file, hosters=server.list)), 0)
        cls.case.assert_code(cls.case.meetlat("baseline", cls.run_file, "-o", cls.baseline), 0)

    def upgrade(self, version=NEWER):
        """The environment of a later meetlat: its third-party rules ask for the contrary of today's."""
        later = self.dir / "later"
        later.mkdir()
        (later / "data").symlink_to(support.TOP / "data")
        shutil.copytree(support.TOP / "rules", later / "rules")
        (later / "rules/VERSION").write_text(version + "\n")
        for file in (later / "rules/third-parties").glob("*.yml"):
            rule = yaml.safe_load(file.read_text(encoding="utf-8"))
            rule["pass_if"] = {"not": rule["pass_if"]}
            file.write_text(yaml.safe_dump(rule, sort_keys=False), encoding="utf-8")
        return {"MEETLAT_DATADIR": str(later)}

    def save(self, *arguments, **options):
        return self.assert_code(self.meetlat("rules", "save", *arguments, **options), 0)

    def letter(self, *arguments, **options):
        report = self.assert_code(self.meetlat("report", self.run_file, "--format", "json", *arguments, **options), 0)
        (host,) = support.hosts_of(report.json()).values()
        return host["grade"]

    def test_kept_rules_judge_as_before_an_upgrade(self):
        before = self.letter()
        self.assertEqual(self.save().out, f"meetlat-rules/{VERSION}\n")
        later = self.upgrade()
        self.assertNotEqual(self.letter("--rejudge", env=later), before)
        self.assertEqual(self.letter("--rules", VERSION, env=later), before)
        pinned = ["--rules", VERSION, "--min-grade", before, "--baseline", self.baseline]
        outcome = self.assert_code(self.meetlat("report", self.run_file, *pinned, env=later), 0)
        self.assertNotIn("warning", outcome.err)

    def test_what_the_rules_changed_fails_no_baseline_and_is_said(self):
        outcome = self.meetlat("report", self.run_file, "--rejudge", "--baseline", self.baseline, env=self.upgrade())
        self.assert_code(outcome, 0)
        for words in (f"judged by rule set {VERSION}", "1 letter(s) moved", "ask something else now",
                      f"--rules {VERSION}"):
            self.assertIn(words, outcome.err)

    def test_every_command_that_judges_takes_the_pinned_set(self):
        self.save()
        later = self.upgrade()
        made = self.assert_code(self.meetlat("baseline", self.run_file, "-o", "-", "--rules", VERSION, env=later), 0)
        self.assertEqual(json.loads(made.out), json.loads(self.baseline.read_text()))
        refused = self.assert_code(self.meetlat("baseline", self.run_file, "-o", "new.json", env=later), 2)
        self.assertIn(f"was judged by rule set {VERSION}", refused.err)
        self.assertFalse((self.dir / "new.json").exists())
        self.assert_code(self.meetlat("baseline", self.run_file, "-o", "new.json", "--rejudge", env=later), 0)
        self.assertEqual(json.loads((self.dir / "new.json").read_text())["rules"]["version"], NEWER)
        self.assert_code(self.meetlat("diff", self.run_file, self.run_file, env=later), 2)
        self.assert_code(self.meetlat("diff", self.run_file, self.run_file, "--rules", VERSION, env=later), 0)
        self.write("config.js", "var config = {hosts: {domain: 'meet.one.test'}};")
        audit = ["audit", "--from-files", "config.js", "--host", "meet.one.test", "--format", "json"]
        for arguments, version in [([], NEWER), (["--rules", VERSION], VERSION)]:
            report = self.assert_code(self.meetlat(*audit, *arguments, env=later), 0).json()
            self.assertIn(f'"{version}"', json.dumps(report))

    def test_configuration_and_environment_pin_too(self):
        before = self.letter()
        self.save()
        later = self.upgrade()
        self.assertEqual(self.letter(env={**later, "MEETLAT_RULES": VERSION}), before)
        self.write("meetlat.toml", f'[report]\nrules = "{VERSION}"\n')
        self.assertEqual(self.letter(env=later), before)

    def test_kept_set_counts_before_a_bundled_one_of_the_same_name_and_that_is_said(self):
        self.save()
        later = self.upgrade(VERSION)
        outcome = self.assert_code(self.meetlat("rules", "check", "--rules", VERSION, env=later), 0)
        kept = self.assert_code(self.meetlat("rules", "check"), 0)
        bundled = self.assert_code(self.meetlat("rules", "check", env=later), 0)
        self.assertEqual(outcome.out, kept.out)
        self.assertNotEqual(outcome.out, bundled.out)
        self.assertIn("two rule sets are called", outcome.err)
        digest = bundled.out.split()[-1]
        named = self.assert_code(self.meetlat("rules", "check", "--rules", f"{VERSION}@{digest[:12]}", env=later), 0)
        self.assertEqual(named.out, bundled.out)
        outcome = self.assert_code(self.meetlat("rules", "check", "--rules", f"{VERSION}@{'0' * 12}"), 2)
        self.assertIn(f"{VERSION}@{kept.out.split()[-1][:12]}", outcome.err)

    def test_a_version_that_was_not_kept_is_refused_with_what_to_do(self):
        outcome = self.assert_code(self.meetlat("report", self.run_file, "--rules", "1999.1"), 2)
        self.assertIn("meetlat rules save", outcome.err)
        self.assertIn(VERSION, outcome.err)
        for name in ("../rules", "/etc", ".", "2026.11.5@12"):
            with self.subTest(name):
                self.assert_code(self.meetlat("rules", "check", "--rules", name), 2)

    def test_a_set_that_this_program_cannot_read_whole_is_refused(self):
        self.save()
        file = self.dir / "meetlat-rules" / VERSION / "third-parties/no-third-party-stun.yml"
        rule = yaml.safe_load(file.read_text(encoding="utf-8"))
        rule["pass_if"] = {"fact": "jitsi.of_another_time", "empty": True}
        file.write_text(yaml.safe_dump(rule), encoding="utf-8")
        outcome = self.assert_code(self.meetlat("report", self.run_file, "--rules", VERSION), 3)
        self.assertIn("cannot judge by rule set", outcome.err)
        self.assertIn("jitsi.of_another_time", outcome.err)

    def test_saving_again_changes_nothing_and_never_overwrites_another_set(self):
        self.save()
        kept = self.dir / "meetlat-rules" / VERSION
        before = {file: file.stat().st_mtime_ns for file in kept.rglob("*")}
        self.save()
        self.assertEqual({file: file.stat().st_mtime_ns for file in kept.rglob("*")}, before)
        self.assertEqual([file.name for file in kept.parent.iterdir()], [VERSION])
        self.save(env=self.upgrade())
        file = next((kept.parent / NEWER / "access").glob("*.yml"))
        file.write_text(file.read_text() + "# changed\n")
        outcome = self.meetlat("rules", "save", env={"MEETLAT_DATADIR": str(self.dir / "later")})
        self.assert_code(outcome, 2)
        self.assertTrue(file.read_text().endswith("# changed\n"))

    def test_a_folder_of_ones_own_can_hold_the_versions(self):
        self.assertIn("--rules-dir pins --rules", self.save("pins").err)
        outcome = self.assert_code(self.meetlat("rules", "check", "--rules-dir", "pins", "--rules", VERSION), 0)
        self.assertIn(VERSION, outcome.out)
        own = self.dir / ".local/share/meetlat/rules"
        self.save(own)
        later = self.upgrade()
        outcome = self.assert_code(self.meetlat("rules", "check", "--rules", VERSION, env=later), 0)
        self.assertIn(VERSION, outcome.out)


if __name__ == "__main__":
    unittest.main()
