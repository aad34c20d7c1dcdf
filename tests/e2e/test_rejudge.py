#!/usr/bin/env python3
"""Judging is pure: a stored Run gives the same report again, offline, by the same rules."""

import unittest

import support


class Rejudge(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.for_class()
        cls.run_file = case.dir / "run.jsonl"
        with support.Server() as server:
            cls.crawl = case.assert_code(
                case.meetlat(*server.rank("--run", cls.run_file, "--format", "json")), 0)

    def report(self, *arguments):
        return self.assert_code(self.meetlat("report", self.run_file, *arguments), 0)

    def test_rejudged_report_equals_that_of_the_crawl_byte_for_byte(self):
        self.assertEqual(self.report("--rejudge", "--format", "json").out, self.crawl.out)

    def test_stored_report_equals_that_of_the_crawl_byte_for_byte(self):
        self.assertEqual(self.report("--format", "json").out, self.crawl.out)

    def test_two_reports_of_one_run_are_identical(self):
        for form in ("table", "text", "json"):
            with self.subTest(form):
                first = self.report("--format", form)
                self.assertTrue(first.out.strip())
                self.assertEqual(first.out, self.report("--format", form).out)

    def test_reports_leave_the_run_as_it_is(self):
        before = self.run_file.read_bytes()
        self.report("--rejudge")
        self.assertEqual(self.run_file.read_bytes(), before)

    def test_one_host_can_be_shown_alone(self):
        host = next(iter(support.hosts_of(self.crawl.json())))
        alone = support.hosts_of(self.report("--host", host, "--format", "json").json())
        self.assertEqual(list(alone), [host])


if __name__ == "__main__":
    unittest.main()
