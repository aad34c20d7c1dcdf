#!/usr/bin/env python3
"""Gates: exit code 1 when a host is worse than the baseline, or than what the command line asks for."""

import shutil
import unittest

import yaml

import support


class Gate(support.TestCase):
    @classmethod
    def setUpClass(cls):
        """A Run of the bundled personas, and one in which the best of them has lost its policy."""
        super().setUpClass()
        case = cls.for_class()
        cls.before, cls.after = case.dir / "before.jsonl", case.dir / "after.jsonl"
        with support.Server() as server:
            report = case.assert_code(case.meetlat(*server.rank("--run", cls.before, "--format", "json")), 0).json()
            cls.port = server.port
        cls.best = support.first_measured(report)
        cls.letter = support.hosts_of(report)[cls.best]["grade"]
        cls.low = support.hosts_of(report)[cls.best]["range"]["low"]
        with support.Server(worse_personas(case.dir, cls.best), port=cls.port) as server:
            case.assert_code(case.meetlat(*server.rank("--run", cls.after)), 0)

    def baseline(self, run):
        self.assert_code(self.meetlat("baseline", run, "-o", "baseline.json"), 0)
        return self.dir / "baseline.json"

    def test_baseline_of_the_same_run_passes(self):
        baseline = self.baseline(self.before)
        self.assert_code(self.meetlat("report", self.before, "--baseline", baseline), 0)

    def test_host_that_got_worse_fails_and_is_named(self):
        baseline = self.baseline(self.before)
        outcome = self.assert_code(self.meetlat("report", self.after, "--baseline", baseline), 1)
        self.assertIn(self.best, outcome.err)

    def test_host_that_got_better_passes(self):
        baseline = self.baseline(self.after)
        self.assert_code(self.meetlat("report", self.before, "--baseline", baseline), 0)

    def test_crawl_is_gated_too(self):
        baseline = self.baseline(self.after)
        with support.Server(port=self.port) as server:
            self.assert_code(self.meetlat(*server.rank("--baseline", baseline)), 0)
            self.assert_code(self.meetlat(*server.rank("--min-grade", "A")), 1)

    def test_fail_on_counts_findings_of_that_severity_or_worse(self):
        best = ["--host", self.best]
        for arguments, code in [([*best, "--fail-on", "critical"], 0),
                                (["--fail-on", "high"], 1),
                                (["--fail-on", "low"], 1)]:
            with self.subTest(arguments):
                self.assert_code(self.meetlat("report", self.before, *arguments), code)

    def test_min_grade_asks_the_same_of_every_host(self):
        for arguments, code in [(["--host", self.best, "--min-grade", self.letter], 0),
                                (["--min-grade", "A"], 1)]:
            with self.subTest(arguments):
                self.assert_code(self.meetlat("report", self.before, *arguments), code)

    def test_min_score_is_compared_with_the_lower_end(self):
        best = ["report", self.before, "--host", self.best, "--min-score"]
        self.assertTrue(1 < self.low < 99, "the best persona shall lose some points, so that there is a score above")
        self.assert_code(self.meetlat(*best, str(self.low - 0.5)), 0)
        self.assert_code(self.meetlat(*best, str(self.low + 0.5)), 1)

    def test_a_run_is_no_baseline_and_no_published_report(self):
        said = self.assert_code(self.meetlat("report", self.before, "--baseline", self.before), 3).err
        self.assertIn("'meetlat baseline' makes of a Run, and looks like a Run", said)
        said = self.assert_code(self.meetlat("rank", "--from", self.before), 3).err
        self.assertIn("it is a Run", said)
        self.assertIn("which --format json makes", said)
        lines = self.assert_code(self.meetlat("report", self.before, "--format", "jsonl"), 0).out
        self.write("lines.jsonl", lines)
        said = self.assert_code(self.meetlat("rank", "--from", "lines.jsonl"), 3).err
        self.assertIn("looks like a report of the format jsonl", said)

    def test_no_folder_is_made_for_a_report(self):
        for arguments in (["--report", "html=nowhere/page.html"], ["--format", "json", "--output", "nowhere/r.json"]):
            said = self.assert_code(self.meetlat("report", self.before, *arguments), 2).err
            self.assertIn("there is no folder nowhere", said)
        self.assertFalse((self.dir / "nowhere").exists())

    def test_broken_baseline_is_no_passed_gate(self):
        self.write("broken.json", '{"hosts": [')
        outcome = self.assert_code(self.meetlat("report", self.before, "--baseline", "broken.json"), 3)
        self.assertIn("broken.json", outcome.err)


def worse_personas(folder, host):
    """A copy of the personas in which the one that serves `host` publishes no policy."""
    copy = folder / "personas"
    shutil.copytree(support.PERSONAS, copy)
    file = copy / f"{host.split(':')[0].split('.')[1]}.yml"
    persona = yaml.safe_load(file.read_text(encoding="utf-8"))
    persona["policy"] = {"at": "none"}
    file.write_text(yaml.safe_dump(persona), encoding="utf-8")
    return copy


if __name__ == "__main__":
    unittest.main()
