#!/usr/bin/env python3
"""--exposed asks for what should not be public only where the user proves control of the host, and says what it found to
that user alone."""

import http.server
import re
import shutil
import stat
import threading
import unittest

import support

HOST = "meet.exposes-things.test"
STATISTICS = b'{"conferences": 1, "stress_level": 0.01}'


class Bridge(http.server.BaseHTTPRequestHandler):
    """The private web port of a bridge that listens on the public address."""

    def do_GET(self):  # noqa: N802, the name is the library's
        self.send_response(200 if self.path == "/colibri/stats" else 404)
        self.end_headers()
        self.wfile.write(STATISTICS if self.path == "/colibri/stats" else b"{}")

    def log_message(self, *_):
        pass


class Exposed(support.TestCase):
    def setUp(self):
        super().setUp()
        self.personas = self.dir / "personas"
        shutil.copytree(support.PERSONAS, self.personas)
        for file in self.personas.glob("*.yml"):
            if file.stem not in ("exemplary", "exposes-things"):
                file.unlink()

    def audit(self, server, *arguments, hosts=(HOST,), **options):
        urls = [f"https://{host}:{server.port}/" for host in hosts]
        return self.meetlat("audit", *urls, *server.network, "--geo", server.geo, "--exposed", *arguments, **options)

    def token(self, outcome):
        self.assert_code(outcome, 2)
        return re.search(r"meetlat-[0-9a-f]{40}", outcome.err).group()

    def publish(self, token):
        """Puts the token where the instance shows it, as its operator would."""
        with open(self.personas / "exposes-things.yml", "a", encoding="utf-8") as file:
            file.write(f"  - path: /.well-known/meetlat.txt\n    type: text/plain\n    body: |\n      {token}\n")

    def listen_at_8080(self, server):
        address = next(line.split()[0] for line in server.hosts.read_text().splitlines()
                       if HOST in line.split() and line.startswith("127."))
        bridge = http.server.HTTPServer((address, 8080), Bridge)
        threading.Thread(target=bridge.serve_forever, daemon=True).start()
        self.addCleanup(bridge.server_close)
        self.addCleanup(bridge.shutdown)

    def test_without_proof_nothing_is_asked(self):
        log = self.dir / "requests"
        with support.Server(self.personas, "--log", log) as server:
            outcome = self.audit(server)
        token = self.token(outcome)
        for part in (f"_meetlat.{HOST}", "/.well-known/meetlat.txt", "TXT", token):
            self.assertIn(part, outcome.err)
        self.assertEqual(outcome.out, "")
        paths = {line.split()[5] for line in log.read_text().splitlines()}
        self.assertEqual(paths, {"/.well-known/meetlat.txt"})

    def test_the_key_is_the_users_own(self):
        with support.Server(self.personas) as server:
            first = self.token(self.audit(server))
            again = self.token(self.audit(server))
            other = self.token(self.audit(server, env={"XDG_STATE_HOME": str(self.dir / "somebody-else")}))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
        key = self.dir / ".local" / "state" / "meetlat" / "control.key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)

    def test_whoever_proves_control_hears_what_is_exposed_and_nobody_else(self):
        with support.Server(self.personas) as server:
            self.publish(self.token(self.audit(server)))
        with support.Server(self.personas) as server:
            self.listen_at_8080(server)
            outcome = self.assert_code(self.audit(server, "--run", "run.jsonl"), 0)
            self.assertIn("control of", outcome.err)
            for part in ("NOT FOR PUBLICATION", "/transcripts/: a list of transcripts", "8080/colibri/stats"):
                self.assertIn(part, outcome.out)
            # A token of one host proves nothing about another.
            both = self.audit(server, hosts=(HOST, "meet.exemplary.test"))
            self.assert_code(both, 2)
            self.assertNotIn(f"_meetlat.{HOST}", both.err.split("is not proved", 1)[1])
        table = self.assert_code(self.meetlat("report", "run.jsonl", "--format", "table"), 0)
        for word in ("transcripts", "colibri", "should not be public"):
            self.assertNotIn(word, table.out)
        report = self.assert_code(self.meetlat("report", "run.jsonl", "--format", "json"), 0).json()
        marked = [finding["rule"] for finding in report["hosts"][0]["findings"] if finding.get("embargo")]
        self.assertEqual(marked, ["nothing-exposed"])


if __name__ == "__main__":
    unittest.main()
