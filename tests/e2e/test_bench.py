#!/usr/bin/env python3
"""The crawl benchmark works at a small size, and its numbers are those of the Run that it leaves."""

import re
import shutil
import unittest

import support


class Bench(support.TestCase):
    def test_crawl_is_compared_with_libcurl_doing_the_same_requests(self):
        run = self.dir / "run.jsonl"
        outcome = self.assert_code(self.meetlat("bench", "crawl", "--hosts", "6", "--latency", "1", "--jobs", "3",
                                                "--keep", run), 0)
        hosts = [record for record in support.json_lines(run) if record.get("type") == "host"]
        self.assertEqual(len(hosts), 6)
        # Posts to the signalling are parts of one conversation, so the peer leaves them out.
        requests = sum(entry["kind"] == "http" and bool(entry.get("peer")) and entry["request"].startswith("GET ")
                       for host in hosts for entry in host["transcript"])
        row = re.search(r"^exchanges +(\d+) +(\d+) ", outcome.out, re.MULTILINE)
        self.assertTrue(row, str(outcome))
        self.assertEqual(int(row.group(1)), sum(host["requests"] for host in hosts))
        self.assertEqual(int(row.group(2)), requests)
        for what in ("wall time", "CPU time a host", "peak memory"):
            values = re.search(rf"^{what} +([\d.]+) \w+ +([\d.]+) \w+ +([\d.]+)$", outcome.out, re.MULTILINE)
            self.assertTrue(values, f"{what}\n{outcome}")
            self.assertTrue(all(float(value) > 0 for value in values.groups()), values.group())
        self.assertIn("meetlat bench crawl --hosts 6 --latency 1 --jobs 3", outcome.out)

    def test_hosters_are_gone_afterwards(self):
        self.assert_code(self.meetlat("bench", "crawl", "--hosts", "2", "--latency", "0", env={"TMPDIR": str(self.dir)}),
                         0)
        self.assertEqual(list(self.dir.glob("meetlat-bench-*")), [])

    @unittest.skipUnless(shutil.which("nginx"), "nginx is not installed")
    def test_tls_is_asked_for_with_as_few_connections_as_promised(self):
        outcome = self.assert_code(self.meetlat("bench", "tls", "--latency", "0,5", "--repeats", "1",
                                                env={"TMPDIR": str(self.dir)}), 0)
        rows = re.findall(r"^(\S.*?) +(\d+) ms +(\d+) +([\d.]+) s +([\d.]+) ms +([\d.]+) ms$", outcome.out, re.MULTILINE)
        connections = {(tool, trip): int(count) for tool, trip, count, *_ in rows}
        found = re.search(r"found (\d+) suites and (\d+) groups", outcome.out)
        self.assertGreaterEqual(int(found[1]), 9, str(outcome))
        for trip in ("0", "5"):
            self.assertLessEqual(connections["meetlat verdict", trip], 9, "with the certificate and a page")
            self.assertLessEqual(connections["meetlat --tls full", trip], int(found[1]) + int(found[2]) + 10)
        for tool in ("sslscan", "nmap"):
            if shutil.which(tool):
                self.assertGreater(connections[tool, "0"], connections["meetlat verdict", "0"])
        self.assertEqual(list(self.dir.glob("meetlat-bench-*")), [], "what it started is gone")


if __name__ == "__main__":
    unittest.main()
