#!/usr/bin/env python3
"""What comes out where: reports on stdout and nothing else there, no control characters for files and pipes."""

import contextlib
import os
import pty
import re
import unittest

import support

CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")  # all but tab and line feed


class Output(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(support.Server())

    def rank(self, *arguments, **options):
        return self.meetlat(*self.server.rank(*arguments), **options)

    def test_output_that_is_no_terminal_has_no_control_characters(self):
        run = self.dir / "run.jsonl"
        outcomes = {"rank": self.rank("--run", run)}
        host = support.first_measured(self.meetlat("report", run, "--format", "json").json())
        for form in ("table", "text", "json"):
            outcomes[f"report {form}"] = self.meetlat("report", run, "--format", form)
            outcomes[f"report {form} of a host"] = self.meetlat("report", run, "--host", host, "--format", form)
        outcomes["list"] = self.meetlat("list", self.server.list)
        outcomes["rules list"] = self.meetlat("rules", "list")
        outcomes["help"] = self.meetlat("rank", "--help")
        for name, outcome in outcomes.items():
            with self.subTest(name):
                self.assert_code(outcome, 0)
                self.assertTrue(outcome.out_bytes.strip(), str(outcome))
                for stream in (outcome.out_bytes, outcome.err_bytes):
                    self.assertIsNone(CONTROL.search(stream), stream[:2000])

    def test_a_report_of_one_host_shows_its_rank_in_the_run(self):
        run = self.dir / "run.jsonl"
        self.assert_code(self.rank("--run", run), 0)
        whole = {host["host"]: host["rank"] for host in self.meetlat("report", run, "--format", "json").json()["hosts"]}
        last = max((name for name in whole if whole[name]), key=lambda name: whole[name])
        self.assertGreater(whole[last], 1)
        part = self.meetlat("report", run, "--host", last, "--format", "json").json()
        self.assertEqual(part["hosts"][0]["rank"], whole[last])
        table = self.meetlat("report", run, "--host", last).out
        self.assertRegex(table, rf"(?m)^{whole[last]} +[A-F] ")

    def test_a_dumb_terminal_gets_no_colours(self):
        run = self.dir / "run.jsonl"
        self.assert_code(self.rank("--run", run), 0)
        for kind, coloured in (("dumb", False), ("xterm", True)):
            ours, theirs = pty.openpty()
            process = self.start("report", run, env={"TERM": kind}, stdout=theirs)
            os.close(theirs)
            seen = b""
            with contextlib.suppress(OSError):  # how a terminal says that nobody writes any more
                while part := os.read(ours, 65536):
                    seen += part
            os.close(ours)
            process.wait(support.DEADLINE)
            self.assertEqual(b"\x1b[" in seen, coloured, kind)

    def test_quiet_says_nothing_on_stderr(self):
        outcome = self.assert_code(self.rank("--quiet"), 0)
        self.assertEqual(outcome.err, "")
        self.assertTrue(outcome.out.strip())

    def test_quiet_does_not_silence_errors(self):
        outcome = self.meetlat("rank", "--quiet", "--list", self.dir / "gone.txt")
        self.assertNotEqual(outcome.code, 0)
        self.assertIn("gone.txt", outcome.err)

    def test_fixtures_are_stamped_demo(self):
        outcome = self.assert_code(self.rank(), 0)
        self.assertIn("DEMO", outcome.out)

    def test_report_goes_to_the_file_that_output_names(self):
        outcome = self.assert_code(self.rank("--format", "json", "--output", "ranking.json"), 0)
        self.assertEqual(outcome.out, "")
        report = support.json.loads((self.dir / "ranking.json").read_text())
        self.assertTrue(support.hosts_of(report))

    def test_further_reports_go_beside_the_one_on_stdout(self):
        outcome = self.assert_code(self.rank("--report", "json=a.json", "--report", "text=b.txt"), 0)
        self.assertTrue(outcome.out.strip())
        self.assertTrue(support.hosts_of(support.json.loads((self.dir / "a.json").read_text())))
        self.assertTrue((self.dir / "b.txt").read_text().strip())


if __name__ == "__main__":
    unittest.main()
