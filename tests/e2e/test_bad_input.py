#!/usr/bin/env python3
"""Wrong use, broken files, full disks, closed pipes: each is said in one plain message and its own exit code."""

import os
import re
import shutil
import signal
import unittest

import support

USAGE, CANNOT_RUN, NOTHING_AUDITED = 2, 3, 4

class BadInput(support.TestCase):
    def expect(self, code, words, *arguments, **options):
        """The command fails with that code, and stderr has all of the words and nothing that looks like a crash."""
        with self.subTest(" ".join(map(str, arguments))):
            outcome = self.meetlat(*arguments, **options)
            self.assert_code(outcome, code)
            for word in words:
                self.assertIn(word, outcome.err, str(outcome))
            for sign in ("terminate called", "Segmentation", "what():", "std::"):
                self.assertNotIn(sign, outcome.err)
            return outcome

    def test_wrong_arguments(self):
        for arguments, words in [
            ([], ["subcommand", "--help"]),
            (["frobnicate"], ["frobnicate"]),
            (["rank", "--frobnicate"], ["--frobnicate"]),
            (["rank", "--jobs", "many"], ["--jobs", "many"]),
            (["rank", "--jobs", "0"], ["--jobs"]),
            (["rank", "--jobs", "-4"], ["--jobs"]),
            (["rank", "--format", "cuneiform"], ["cuneiform"]),
            (["rank", "--report", "json"], ["--report"]),
            (["rank", "--report", "cuneiform=x"], ["cuneiform"]),
            (["rank", "--fail-on", "annoying"], ["annoying"]),
            (["rank", "--min-grade", "Q"], ["Q"]),
            (["rank", "--min-score", "lots"], ["lots"]),
            (["rank", "--timeout", "soon"], ["soon"]),
            (["rank", "--proxy", "http://proxy.test:3128"], ["proxy"]),
            (["audit"], ["HOST"]),
            (["audit", "https://"], ["https://"]),
            (["audit", "no host"], ["no host"]),
            (["audit", "gopher://meet.test/"], ["gopher"]),
            (["audit", "meet.test", "--only", "crystal-ball"], ["crystal-ball"]),
            (["report"], ["RUN"]),
            (["baseline"], ["RUN"]),
            (["rules", "frobnicate"], ["frobnicate"]),
            (["rules", "show", "no-such-rule"], ["no-such-rule"]),
        ]:
            self.expect(USAGE, words, *arguments)

    def test_a_variable_is_read_by_the_command_that_is_called_alone(self):
        self.write("mine.txt", "https://meet.example.test/\n")
        environment = {"MEETLAT_FORMAT": "json"}  # which diff, for one, has under another name or not at all
        self.assertEqual(self.assert_code(self.meetlat("list", self.dir / "mine.txt", env=environment), 0).out[0], "{")
        self.expect(USAGE, ["cuneiform"], "list", self.dir / "mine.txt", env={"MEETLAT_FORMAT": "cuneiform"})

    def test_a_report_of_somebody_else_that_is_none(self):
        self.write("report.json", '{"schema": "meetlat-report/7"}')
        self.write("run.jsonl", '{"type": "header", "format": 1}\n')
        self.expect(CANNOT_RUN, ["report.json", "meetlat-report/7"], "rank", "--from", self.dir / "report.json")
        self.expect(CANNOT_RUN, ["run.jsonl", "it is a Run"], "rank", "--from", self.dir / "run.jsonl")
        self.expect(CANNOT_RUN, ["nowhere.json"], "rank", "--from", self.dir / "nowhere.json")
        self.expect(USAGE, ["--from", "--run"], "rank", "--from", "x.json", "--run", "run.jsonl")

    def test_lists_that_cannot_be_read(self):
        self.write("empty.txt", "")
        self.write("prose.txt", "This is a letter to my aunt, and no list of hosts at all.\n")
        self.write("cut.json", '{"instances": ["meet.test", ')
        self.write("binary.lst", bytes(range(256)) * 64)
        for name in ("gone.txt", "empty.txt", "prose.txt", "cut.json", "binary.lst", "."):
            self.expect(CANNOT_RUN, [name], "list", name)
            self.expect(CANNOT_RUN, [name], "rank", "--list", name)

    def test_rule_files_with_errors_are_named_with_line_and_column(self):
        bundled = sorted(file for file in (support.TOP / "rules").glob("*/*.yml") if file.parent.name != "profiles")[0]
        shutil.copytree(support.TOP / "rules", self.dir / "rules")
        self.assert_code(self.meetlat("rules", "check", "--rules-dir", "rules"), 0)
        rule = self.dir / "rules" / bundled.relative_to(support.TOP / "rules")
        lines = bundled.read_text(encoding="utf-8").rstrip("\n").split("\n")

        def replaced(key, value):
            """The rule with another value where that key stands first, and that place."""
            number, found = next((number, found) for number, line in enumerate(lines)
                                 if (found := re.search(rf"\b{key}: *([^,}}]+)", line)))
            line = lines[number][:found.start(1)] + value + lines[number][found.end(1):]
            return [*lines[:number], line, *lines[number + 1:]], f":{number + 1}:{found.start(1) + 1}:"

        end = f":{len(lines) + 1}:1:"
        for name, (changed, place), word in [
            ("duplicate key", ([*lines, "severity: low"], end), "severity"),
            ("unknown key", ([*lines, "frobnication: 1"], end), "frobnication"),
            ("unknown fact", replaced("fact", "no.such.fact"), "no.such.fact"),
            ("unknown severity", replaced("severity", "awful"), "awful"),
            ("wrong type", replaced("severity", "[high]"), "severity"),
            ("id and file name differ", replaced("id", "another-rule"), "another-rule"),
            ("syntax", ([*lines, "also: [unclosed"], f":{len(lines) + 2}:1:"), ""),
        ]:
            with self.subTest(name):
                rule.write_text("\n".join(changed) + "\n", encoding="utf-8")
                self.expect(CANNOT_RUN, [f"{bundled.name}{place}", word], "rules", "check", "--rules-dir", "rules")

    def test_runs_that_are_none(self):
        self.write("empty.jsonl", "")
        self.write("prose.jsonl", "Dear aunt,\n")
        self.write("other.jsonl", '{"some": "json"}\n')
        self.write("newer.jsonl", '{"type": "header", "format": 999}\n')
        for name in ("gone.jsonl", "empty.jsonl", "prose.jsonl", "other.jsonl", "newer.jsonl"):
            self.expect(CANNOT_RUN, [name], "report", name)
            self.expect(CANNOT_RUN, [name], "rank", "--resume", name)
            self.expect(CANNOT_RUN, [name], "baseline", name, "-o", "baseline.json")

    def test_hosts_and_ca_files(self):
        self.write("list.txt", "meet.test\n")
        self.write("hosts", "127.0.0.1 meet.test\nnot-an-address meet.test\n")
        self.expect(USAGE, ["--hosts-file", "hosts", "2"], "rank", "--list", "list.txt", "--hosts-file", "hosts")
        self.expect(USAGE, ["--hosts-file", "gone"], "rank", "--list", "list.txt", "--hosts-file", "gone")
        self.expect(CANNOT_RUN, ["hosts"], "rank", "--list", "list.txt", "--ca-file", "hosts")

    def test_personas_that_cannot_be_served(self):
        self.write("personas/odd.yml", "host: odd.test\ncertificate: [\n")
        self.expect(CANNOT_RUN, ["odd.yml"], "serve", "--personas", "personas", "--out", "out")
        self.expect(CANNOT_RUN, ["gone"], "serve", "--personas", "gone", "--out", "out")

    def test_private_addresses_are_not_contacted(self):
        outcome = self.meetlat("audit", "127.0.0.1:9", "10.0.0.1", "[::1]:9", "169.254.169.254", "--format", "json")
        self.assert_code(outcome, NOTHING_AUDITED)
        for name, host in support.hosts_of(outcome.json()).items():
            self.assertEqual(host["status"], "private-address", name)
            self.assertIn("--allow-private", host["status_reason"])

    def test_nothing_answers(self):
        self.write("list.txt", "meet.test\n")
        self.write("hosts", "127.0.0.1 meet.test\n")  # port 9 (discard): nobody listens
        self.write("ported.txt", "https://meet.test:9/\n")
        self.expect(NOTHING_AUDITED, [], "rank", "--list", "ported.txt", "--hosts-file", "hosts", *support.FAST)

    def test_full_disk(self):
        self.write("list.txt", "meet.test\nroom.test\n")
        for arguments in (["list", "list.txt", "--output", "/dev/full"],
                          ["rank", "--list", "list.txt", "--run", "/dev/full"]):
            self.expect(CANNOT_RUN, ["/dev/full"], *arguments)
        with open("/dev/full", "wb") as full:
            outcome = self.meetlat("rules", "list", stdout=full)
        self.assert_code(outcome, CANNOT_RUN)
        self.assertIn("meetlat:", outcome.err)

    def test_closed_pipe_ends_as_other_programs_do_without_a_word(self):
        settings = self.write("config.js", "var config = { hosts: { domain: 'meet.orchard.test' } };")
        for arguments in (["rules", "list"], ["audit", "--from-files", settings, "--quiet"],
                          ["audit", "--from-files", settings, "--quiet", "--advice"]):
            with self.subTest(arguments):
                reading, writing = os.pipe()
                os.close(reading)
                outcome = self.meetlat(*arguments, stdout=writing)
                os.close(writing)
                self.assert_code(outcome, -signal.SIGPIPE)
                self.assertEqual(outcome.err, "")

    def test_what_is_no_run_is_said_once(self):
        self.write("README.md", "# A project\n\nWith text\n")
        self.write("list.json", "[1, 2]\n")
        for name in ("README.md", "list.json"):
            outcome = self.expect(CANNOT_RUN, [f"{name} is no meetlat Run"], "report", name)
            self.assertEqual(outcome.err.count("\n"), 1, outcome.err)

    def test_one_is_one(self):
        self.write("one.txt", "meet.orchard.test\n")
        outcome = self.assert_code(self.meetlat("list", "one.txt"), 0)
        self.assertIn("1 instance (", outcome.err)

    def test_output_into_a_folder_that_cannot_be_made(self):
        self.write("file", "")
        self.write("list.txt", "meet.test\n")
        self.expect(CANNOT_RUN, ["file/list.txt"], "list", "list.txt", "--output", "file/list.txt")


if __name__ == "__main__":
    unittest.main()
