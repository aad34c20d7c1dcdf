#!/usr/bin/env python3
"""--confirm N/M: what got worse than the baseline is looked at again before the gate fails for it."""

import contextlib
import shutil
import signal
import socket
import threading
import unittest

import yaml

import support

NAME = "exemplary"
OTHER = "google-stun"
RULE = "privacy-policy-published"


class Relay:
    """A port of the hoster's address behind which it is one of two servers, by how often the Run already holds it: the
    last of `plan` stands for every further look. Nothing depends on time."""

    def __init__(self, address, host, ports):
        self.ports, self.plan, self.run = ports, ["good"], None
        self.listener = socket.create_server((address, 0))
        self.address, self.port = address, self.listener.getsockname()[1]
        self.host = f"{host}:{self.port}"
        self.visits = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def looks(self):
        if self.run is None or not self.run.exists():
            return 0
        return sum(record.get("type") in ("host", "look") and record["host"] == self.host
                   for record in support.json_lines(self.run))

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.visits += 1
            where = self.plan[min(self.looks(), len(self.plan) - 1)]
            if where == "gone":
                client.close()
                continue
            server = socket.create_connection((self.address, self.ports[where]))
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=pair, daemon=True).start()

    @staticmethod
    def pump(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def close(self):
        self.listener.close()


class Confirm(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.case = cls.for_class()
        good = support.copy_personas(case.dir / "good", [NAME, OTHER])
        bad = shutil.copytree(good, case.dir / "bad")
        persona = yaml.safe_load((bad / f"{NAME}.yml").read_text(encoding="utf-8"))
        persona["policy"] = {"at": "none"}
        (bad / f"{NAME}.yml").write_text(yaml.safe_dump(persona), encoding="utf-8")
        servers = {name: cls.enterClassContext(support.Server(folder)) for name, folder in (("good", good), ("bad", bad))}
        cls.server = servers["good"]
        ca = case.dir / "ca.pem"
        ca.write_text("".join(server.ca.read_text() for server in servers.values()))
        cls.network = ["--hosts-file", cls.server.hosts, "--ca-file", ca, *support.FAST]
        host = f"meet.{NAME}.test"
        address = next(line.split()[0] for line in cls.server.hosts.read_text().splitlines() if host in line.split())
        cls.relay = Relay(address, host, {name: server.port for name, server in servers.items()})
        cls.addClassCleanup(cls.relay.close)
        cls.list = case.dir / "list.txt"
        cls.other = f"meet.{OTHER}.test:{cls.server.port}"
        cls.list.write_text(f"https://{cls.relay.host}/\nhttps://{cls.other}/\n")
        first = case.dir / "first.jsonl"
        case.assert_code(case.meetlat("rank", "--list", cls.list, *cls.network, "--run", first), 0)
        cls.first, cls.baseline = first, case.dir / "baseline.json"
        case.assert_code(case.meetlat("baseline", first, "-o", cls.baseline), 0)

    def setUp(self):
        super().setUp()
        self.run_file = self.dir / "run.jsonl"
        if hasattr(self, "relay"):  # not yet while the class itself is set up
            self.relay.run = self.run_file

    def rank(self, plan, *arguments, pause=0):
        self.relay.plan = plan
        return ["rank", "--list", self.list, *self.network, "--run", self.run_file, "--baseline", self.baseline,
                *(["--confirm-pause", pause] if arguments else []), *arguments]

    def looks(self):
        return [record for record in support.json_lines(self.run_file) if record["type"] == "look"]

    def test_one_look_is_enough_without_it(self):
        outcome = self.assert_code(self.meetlat(*self.rank(["bad", "good"])), 1)
        self.assertIn(RULE, outcome.err)
        self.assertEqual(self.looks(), [])

    def test_what_is_not_seen_again_is_shown_and_fails_nothing(self):
        outcome = self.assert_code(self.meetlat(*self.rank(["bad", "good"], "--confirm", "2/3")), 0)
        self.assertRegex(outcome.err, f"{self.relay.host}: {RULE}, [a-z]+: not confirmed \\(1 of 3\\)")
        self.assertRegex(outcome.err, f"{self.relay.host}: [A-F] became [A-F]: not confirmed \\(1 of 3\\)")
        self.assertNotIn("gate --baseline failed", outcome.err)
        # Each look is in the Run, whole; only the host that got worse was looked at again.
        self.assertEqual([look["host"] for look in self.looks()], [self.relay.host] * 2)
        for look in self.looks():
            self.assertTrue(look["evidence"] and look["transcript"])
        # What was seen first stays what the report says.
        stored = self.assert_code(self.meetlat("report", self.run_file, "--format", "json"), 0).json()
        outcomes = {each["rule"]: each["outcome"] for each in support.hosts_of(stored)[self.relay.host]["findings"]}
        self.assertEqual(outcomes[RULE], "fail")

    def test_what_is_seen_again_fails_as_soon_as_it_is_enough(self):
        outcome = self.assert_code(self.meetlat(*self.rank(["bad"], "--confirm", "2/3")), 1)
        self.assertRegex(outcome.err, f"{RULE}, [a-z]+ \\(2 of 2\\)")
        self.assertEqual(len(self.looks()), 1)

    def test_looks_that_saw_it_need_not_follow_each_other(self):
        outcome = self.assert_code(self.meetlat(*self.rank(["bad", "good", "bad"], "--confirm", "2/3")), 1)
        self.assertRegex(outcome.err, f"{RULE}, [a-z]+ \\(2 of 3\\)")

    def test_nobody_is_looked_at_again_when_nothing_got_worse(self):
        outcome = self.assert_code(self.meetlat(*self.rank(["good"], "--confirm", "2/3")), 0)
        self.assertNotIn("looking again", outcome.err)
        self.assertEqual(self.looks(), [])

    def test_audit_confirms_too(self):
        self.relay.plan = ["bad", "good"]
        audit = ["audit", self.relay.host, *self.network, "--run", self.run_file, "--baseline", self.baseline,
                 "--confirm", "2/2", "--confirm-pause", "0"]
        outcome = self.assert_code(self.meetlat(*audit), 0)
        self.assertIn("not confirmed (1 of 2)", outcome.err)
        self.assertEqual(len(self.looks()), 1)

    def test_a_host_that_went_away_is_neither_confirmed_nor_better(self):
        outcome = self.assert_code(self.meetlat(*self.rank(["bad", "gone"], "--confirm", "2/3")), 0)
        self.assertIn("not confirmed (1 of 3, 2 not measured)", outcome.err)

    def test_interrupted_it_passes_nothing_and_resume_goes_on(self):
        arguments = self.rank(["bad", "bad"], "--confirm", "2/3", "--report", "json=report.json", pause=3600)
        crawl = self.start(*arguments)
        support.wait_until("the report and the end of the crawl", lambda: (self.dir / "report.json").exists() and
                           any(each["type"] == "end" for each in support.json_lines(self.run_file)))
        crawl.send_signal(signal.SIGINT)
        out, err = crawl.communicate(timeout=support.DEADLINE)
        outcome = self.assert_code(support.Outcome(crawl.returncode, out, err), 3)
        self.assertIn("not decided (1 of 1)", outcome.err)
        self.assertIn("--resume", outcome.err)
        going_on = ["rank", "--resume", self.run_file, *self.network, "--baseline", self.baseline, "--confirm", "3/3",
                    "--confirm-pause", "0"]
        outcome = self.assert_code(self.meetlat(*going_on), 1)
        self.assertIn("(3 of 3)", outcome.err)
        # And looks that are in the Run are not made again.
        visits = self.relay.visits
        self.assertIn("(3 of 3)", self.assert_code(self.meetlat(*going_on), 1).err)
        self.assertEqual(self.relay.visits, visits)
        self.assertEqual(len(self.looks()), 2)

    def test_it_is_refused_where_nobody_is_asked_or_nothing_compared(self):
        self.write("config.js", "var config = {};")
        confirm = ["--confirm", "2/3"]
        compared = ["--baseline", self.baseline, *confirm]
        for arguments, words in [
                (["report", self.first, *compared], "asks nobody"),
                (["rank", "--from", "ranking.json", *compared], "--from"),
                (["audit", "--from-files", "config.js", "--fail-on", "high", *confirm], "--from-files"),
                (["audit", self.relay.host, "--exposed", *compared], "--exposed"),
                (["audit", self.relay.host, *confirm], "goes with --baseline"),
                (["audit", self.relay.host, "--baseline", self.baseline, "--confirm", "3/2"], "2/3")]:
            with self.subTest(arguments):
                self.assertIn(words, self.assert_code(self.meetlat(*arguments), 2).err)
        self.assertNotIn("--confirm", self.meetlat("report", "--help").out)


if __name__ == "__main__":
    unittest.main()
