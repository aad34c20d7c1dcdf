#!/usr/bin/env python3
"""A crawl that was interrupted goes on where it ended: every host once, nothing lost, nothing asked twice."""

import collections
import signal
import subprocess
import unittest

import support


def finished_hosts(run):
    """How many records the Run has for each host."""
    return collections.Counter(record["host"] for record in support.json_lines(run) if is_host(record))


def is_host(record):
    return record.get("type") == "host"


class Resume(support.TestCase):
    def setUp(self):
        super().setUp()
        server = support.Server(support.PERSONAS, "--latency", "150")
        self.server = self.enterContext(server)
        self.run_file = self.dir / "run.jsonl"
        self.ids = self.server.ids(self.server.quick)

    def start_crawl(self):
        """A crawl with two hosts in flight, of which at least two are done and some are not."""
        crawl = self.start(*self.server.rank("--jobs", "2", "--run", self.run_file))
        support.wait_until("two finished hosts", lambda: self.run_file.exists() and
                           (len(finished_hosts(self.run_file)) >= 2 or crawl.poll() is not None))
        self.assertIsNone(crawl.poll(), "the crawl was over before it could be interrupted")
        return crawl

    def resume(self):
        return self.assert_code(self.meetlat("rank", "--resume", self.run_file, *self.server.network,
                                             "--format", "json"), 0)

    def assert_every_host_once(self):
        counts = finished_hosts(self.run_file)
        self.assertEqual(len(counts), len(self.ids))
        self.assertEqual({host: n for host, n in counts.items() if n != 1}, {})

    def test_after_kill_9_every_host_is_in_the_run_exactly_once(self):
        crawl = self.start_crawl()
        crawl.kill()
        crawl.wait(support.DEADLINE)
        before = finished_hosts(self.run_file)
        self.assertLess(len(before), len(self.ids))
        report = self.resume().json()
        self.assert_every_host_once()
        self.assertEqual(len(support.hosts_of(report)), len(self.ids))
        self.assertEqual(support.hosts_of(report).keys(), finished_hosts(self.run_file).keys())

    def test_a_last_line_that_was_cut_off_is_measured_again(self):
        crawl = self.start_crawl()
        crawl.kill()
        crawl.wait(support.DEADLINE)
        whole = self.run_file.read_bytes().rstrip(b"\n")
        last = whole.rindex(b"\n") + 1
        self.run_file.write_bytes(whole[:last + (len(whole) - last) // 2])
        self.resume()
        self.assert_every_host_once()

    def test_resuming_a_finished_run_asks_nobody_and_gives_the_same_report(self):
        first = self.assert_code(self.meetlat(*self.server.rank("--run", self.run_file, "--format", "json")), 0)
        records = self.run_file.read_bytes()
        again = self.resume()
        first, again = first.json(), again.json()
        for report in (first, again):
            del report["header"]["finished"]
        self.assertEqual(again, first)
        self.assertEqual(finished_hosts(self.run_file),
                         collections.Counter(r["host"] for r in map(support.json.loads, records.splitlines())
                                             if is_host(r)))

    def test_a_second_look_that_was_interrupted_is_made_up_for(self):
        host = next(host for host in self.server.ids() if host.startswith("meet.expired.test"))
        hosters = self.write("list.txt", f"https://{host}/\n")
        crawl = self.start(*self.server.rank("--run", self.run_file, hosters=hosters))
        support.wait_until("the first look", lambda: self.run_file.exists() and finished_hosts(self.run_file))
        crawl.send_signal(signal.SIGINT)
        outcome = support.Outcome(crawl.wait(support.DEADLINE), *crawl.communicate())
        self.assertIn("1 second look left; to go on: meetlat rank --resume", outcome.err)
        report = self.resume().json()
        self.assertEqual([h["grade"] for h in report["hosts"]], ["F"])

    def test_ctrl_c_prints_the_ranking_of_what_is_done_and_can_be_resumed(self):
        crawl = self.start_crawl()
        crawl.send_signal(signal.SIGINT)
        try:
            out, err = crawl.communicate(timeout=support.DEADLINE)
        except subprocess.TimeoutExpired:
            self.fail("Ctrl-C did not end the crawl")
        outcome = support.Outcome(crawl.returncode, out, err)
        self.assert_code(outcome, 3)  # what did not reach its end must not pass in CI
        done = finished_hosts(self.run_file)
        self.assertIn(f"{len(done)} audited", outcome.out, str(outcome))
        for host in done:
            self.assertIn(host.split(":")[0], outcome.out)
        self.assertIn("interrupted", outcome.out)
        left = len(self.ids) - len(done)
        self.assertIn(f"to go on: meetlat rank --resume {self.run_file}\n", outcome.err)
        self.assertIn(f"meetlat: {left} host{'s' if left > 1 else ''} ", outcome.err)
        unnamed = [host for host in self.ids if host not in done and host.split(":")[0] not in outcome.out]
        self.assertEqual(len(unnamed), max(0, left - 5))
        self.resume()
        self.assert_every_host_once()


if __name__ == "__main__":
    unittest.main()
