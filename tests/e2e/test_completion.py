#!/usr/bin/env python3
"""The completion scripts: what bash's own function answers for a line, and what both shells put on a terminal."""

import itertools
import os
import pty
import select
import shutil
import subprocess
import unittest

import support

# Splits the line as readline does, calls the function, and prints what it offers.
ASK = r"""
source ./completion
line=$1
COMP_WORDS=() word=
for ((i = 0; i < ${#line}; i++)); do
  c=${line:i:1}
  case $c in
    ' ') [ -z "$word" ] || COMP_WORDS+=("$word"); word= ;;
    = | :) [ -z "$word" ] || COMP_WORDS+=("$word"); COMP_WORDS+=("$c"); word= ;;
    *) word+=$c ;;
  esac
done
case $line in *[=:]) ;; *) COMP_WORDS+=("$word") ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_meetlat_tab
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
"""

RUN = ('{"excluded":[],"format":1,"id":"beec213abdec4781","targets":['
       '{"claims":[],"id":"meet.one.test","sources":["l"],"url":"https://meet.one.test/"},'
       '{"claims":[],"id":"meet.two.test:8443","sources":["l"],"url":"https://meet.two.test:8443/"},'
       '{"claims":[],"id":"$(touch owned).test","sources":["l"],"url":"x"}],"type":"header"}\n'
       '{"id":"not.in.the.header.test"}\n')


class Bash(support.TestCase):
    def setUp(self):
        super().setUp()
        self.write("completion", self.assert_code(self.meetlat("completion", "bash"), 0).out)

    def offers(self, line, **env):
        run = subprocess.run(["bash", "--norc", "-c", ASK, "ask", line], cwd=self.dir, capture_output=True, text=True,
                             env=support.environment(self.dir, **env), timeout=support.DEADLINE, check=False)
        self.assertEqual(run.stderr, "")
        return run.stdout.splitlines()

    def test_commands(self):
        self.assertEqual(self.offers("meetlat re"), ["report", "review"])
        self.assertIn("audit", self.offers("meetlat "))
        self.assertNotIn("manual", self.offers("meetlat "))
        self.assertEqual(self.offers("meetlat review o"), ["opt-out"])

    def test_options_are_those_of_the_command(self):
        self.assertEqual(self.offers("meetlat audit --adv"), ["--advice"])
        self.assertEqual(self.offers("meetlat rank --adv"), [])
        self.assertEqual(self.offers("meetlat bench crawl --la"), ["--latency"])
        self.assertEqual(self.offers("meetlat --co"), ["--config"])

    def test_values_that_are_known(self):
        self.assertEqual(self.offers("meetlat rank --fail-on h"), ["high"])
        self.assertEqual(self.offers("meetlat rank --fail-on=h"), ["high"])
        self.assertEqual(self.offers("meetlat rank --min-grade="), list("ABCDE"))
        self.assertEqual(self.offers("meetlat diff --format u"), ["updates"])
        self.assertEqual(self.offers("meetlat rank --profile fo"), ["four-characteristics"])
        self.assertEqual(self.offers("meetlat rules show privacy-policy-pub"), ["privacy-policy-published"])
        self.assertEqual(self.offers("meetlat completion z"), ["zsh"])

    def test_a_list_is_completed_after_its_last_comma(self):
        self.assertEqual(self.offers("meetlat audit --only dns,tl"), ["dns,tls"])

    def test_a_report_is_a_format_and_then_a_file(self):
        self.write("ranking.json", "")
        self.assertEqual(self.offers("meetlat rank --report js")[:1], ["json="])
        self.assertEqual(self.offers("meetlat rank --report json=rank"), ["ranking.json"])
        self.assertEqual(self.offers("meetlat rank --report=json=rank"), ["ranking.json"])

    def test_files_and_folders(self):
        self.write("a run.jsonl", "")
        (self.dir / "a folder").mkdir()
        self.assertEqual(sorted(self.offers("meetlat report a")), ["a folder", "a run.jsonl"])
        self.assertEqual(self.offers("meetlat rank --rules-dir a"), ["a folder"])
        self.assertEqual(self.offers("meetlat rank --jobs a"), [])

    def test_hosts_of_the_run_that_the_line_names_or_of_the_last_one(self):
        self.write("today.jsonl", RUN)
        self.assertEqual(self.offers("meetlat report today.jsonl --host meet."), ["meet.one.test", "meet.two.test:8443"])
        self.assertEqual(self.offers("meetlat audit "), [])
        runs = self.dir / ".local/state/meetlat/runs"
        self.write(runs / "old.jsonl", '{"targets":[{"id":"meet.old.test"}]}\n')
        self.write(runs / "new.jsonl", RUN)
        os.utime(runs / "old.jsonl", (1, 1))
        self.assertEqual(self.offers("meetlat audit "), ["meet.one.test", "meet.two.test:8443"])
        self.assertEqual(self.offers("meetlat audit meet.two.test:"), ["8443"], "bash puts in what follows the colon")
        self.assertEqual(self.offers("meetlat audit meet.two.test:84"), ["8443"])
        self.assertEqual(self.offers("meetlat review waive --host meet.two.test:84"), ["8443"])
        self.assertFalse((self.dir / "owned").exists())

    def test_review_has_files_rules_facts_and_records(self):
        self.write("today.jsonl", RUN)
        self.assertEqual(self.offers("meetlat review toda"), ["today.jsonl"])
        self.assertEqual(self.offers("meetlat review wai"), ["waive"])
        self.assertEqual(self.offers("meetlat review waive --item privacy-policy-pub"), ["privacy-policy-published"])
        self.assertEqual(self.offers("meetlat review waive --item policy.ow"), [])
        self.assertEqual(self.offers("meetlat review add --item policy.ow"), ["policy.own"])
        record = "  - {{id: {}, kind: opt-out, host: a.test, reason: asked, date: '2026-01-01'}}\n"
        self.write("my.yml", "schema: meetlat-review/1\nrecords:\n" + record.format("first") +
                   record.format("'$(touch owned)'"))
        bin_dir = self.dir / "bin"
        bin_dir.mkdir()
        (bin_dir / "meetlat").symlink_to(support.MEETLAT)
        path = support.environment(self.dir)["PATH"]
        self.assertEqual(self.offers("meetlat review remove --reviews my.yml ", PATH=f"{bin_dir}:{path}"), ["first"])
        self.assertFalse((self.dir / "owned").exists())


class Terminal(support.TestCase):
    """The shells themselves, with Tab pressed."""

    def typed(self, shell, keys, wanted):
        """Whether `wanted` appears after the keys were typed into the shell."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.dir)
            os.execvpe(shell[0], shell, {**support.environment(self.dir), "TERM": "dumb", "PS1": "> ", "COLUMNS": "200"})
        try:
            seen = ""
            for send, expect in [*keys, ("", wanted)]:
                os.write(terminal, send.encode())
                while expect not in seen:
                    if not select.select([terminal], [], [], support.DEADLINE)[0]:
                        self.fail(f"'{expect}' did not appear:\n{seen}")
                    try:
                        seen += os.read(terminal, 4096).decode(errors="replace")
                    except OSError:
                        self.fail(f"the shell ended:\n{seen}")
        finally:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            os.close(terminal)

    def test_bash(self):
        self.write("completion", self.assert_code(self.meetlat("completion", "bash"), 0).out)
        self.typed(["bash", "--norc", "--noprofile", "-i"],
                   [("source ./completion; echo re''ady\n", "ready"), ("meetlat rank --fail-on hi\t", "--fail-on high")],
                   "--fail-on high")

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed (Debian package zsh)")
    def test_zsh(self):
        self.write("functions/_meetlat", self.assert_code(self.meetlat("completion", "zsh"), 0).out)
        self.typed(["zsh", "-f", "-i"],
                   [("fpath=(./functions $fpath); autoload -Uz compinit; compinit -u -D; echo re''ady\n", "ready"),
                    ("meetlat rank --fail-on hi\t", "--fail-on high"), ("\b" * 4, ""),
                    ("\x15meetlat review opt\t", "review opt-out"), ("\x15meetlat audit --only dns,tl\t", "dns,tls")],
                   "dns,tls")

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed (Debian package zsh)")
    def test_zsh_knows_the_options_of_every_command(self):
        """zsh reads the description of a command's options only when it completes them, and complains then."""
        self.write("functions/_meetlat", self.assert_code(self.meetlat("completion", "zsh"), 0).out)
        commands = []
        for name in self.names(""):
            commands += [f"{name} {nested}" for nested in self.names(name)] or [name]
        self.assertIn("review opt-out", commands)
        self.typed(["zsh", "-f", "-i"],
                   [("fpath=(./functions $fpath); autoload -Uz compinit; compinit -u -D; echo re''ady\n", "ready"),
                    *[(f"\x15meetlat {command} --hel\t", f"{command} --help") for command in commands]], "--help")

    def names(self, command):
        lines = self.meetlat(*command.split(), "--help").out.partition("Subcommands:\n")[2].splitlines()
        return [line.split()[0] for line in itertools.takewhile(lambda line: line.startswith("  "), lines)
                if line[2] != " "]

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed (Debian package zsh)")
    def test_zsh_by_sourcing(self):
        self.write("completion", self.assert_code(self.meetlat("completion", "zsh"), 0).out)
        self.typed(["zsh", "-f", "-i"],
                   [("autoload -Uz compinit; compinit -u -D; source ./completion; echo re''ady\n", "ready"),
                    ("meetlat rules show privacy-policy-pub\t", "privacy-policy-published")], "privacy-policy-published")


if __name__ == "__main__":
    unittest.main()
