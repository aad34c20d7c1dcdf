#!/usr/bin/env python3
"""XMPP and TURN servers that somebody names are asked about TLS and their name, and about nothing else: what is found
equals what sslscan and OpenSSL find at the same server in the same run, and no letter is given."""

import pathlib
import re
import shutil
import socket
import tempfile
import threading
import unittest

import tls_servers
from support import FAST, TestCase, json_lines
from tls_servers import Keys, Servers, free_port, registry, run

PROSODY = """
run_as_root = true
daemonize = false
data_path = "{dir}/data"
pidfile = "{dir}/prosody.pid"
log = {{ info = "{dir}/prosody.log" }}
interfaces = {{ "127.0.0.1" }}
http_ports = {{ }}
https_ports = {{ }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ {direct} }}
s2s_ports = {{ }}
modules_enabled = {{ "tls", "saslauth" }}
modules_disabled = {{ "s2s" }}
c2s_require_encryption = true
certificates = "{dir}"
ssl = {{ key = "{key}", certificate = "{cert}", protocol = "{protocol}", ciphers = "{ciphers}" }}
VirtualHost "{name}"
VirtualHost "localhost"
"""
NAME = f"chat.{tls_servers.DOMAIN}"
CIPHERS = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA"


def prosody(servers, label, protocol):
    folder = pathlib.Path(servers.keys.path(label))
    (folder / "data").mkdir(parents=True)
    port, direct = free_port(), free_port()
    (folder / "prosody.cfg.lua").write_text(PROSODY.format(
        dir=folder, port=port, direct=direct, key=servers.keys.path("rsa.key"), cert=servers.keys.path("rsa.pem"),
        protocol=protocol, ciphers=CIPHERS, name=NAME))
    servers.start(label, "prosody", "--config", folder / "prosody.cfg.lua", port=port)
    return port, direct


class OneLine:
    """An XMPP server that says one thing after the stream's head and never speaks TLS."""

    def __init__(self, line):
        self.line = line.encode()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.heard = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                self.heard.append(peer.recv(4096))
                peer.sendall(b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams'>" + self.line)
                peer.settimeout(20)
                try:
                    while peer.recv(4096):
                        pass
                except OSError:
                    pass

    def close(self):
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class ServersOnRequest(TestCase):
    @classmethod
    def setUpClass(cls):
        if missing := [name for name in ("prosody", "openssl", "sslscan") if shutil.which(name) is None]:
            raise unittest.SkipTest(f"not installed: {', '.join(missing)}")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="meetlat-servers-"))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.keys = Keys(folder)
        cls.servers = cls.enterClassContext(Servers(cls.keys))
        cls.port, cls.direct = prosody(cls.servers, "modern", "tlsv1_2+")
        cls.servers.openssl("turn", "-no_ticket", "-groups", "P-256:X25519")

    def audit(self, *arguments, code=0):
        hosts = self.write("hosts", f"127.0.0.1 {NAME}\n127.0.0.1 turn.{tls_servers.DOMAIN}\n")
        return self.assert_code(self.meetlat("audit", *arguments, "--run", "run.jsonl", "--hosts-file", hosts, "--ca-file",
                                             self.keys.path("ca.pem"), *FAST), code)

    def record(self):
        records = [record for record in json_lines(self.dir / "run.jsonl") if "evidence" in record]
        self.assertEqual(len(records), 1)
        facts = {fact["path"]: fact.get("value", fact.get("not_measured")) for fact in records[0]["evidence"]}
        return records[0], facts

    def check_suites(self, facts, *scan_options, target):
        """Versions and suites are those that sslscan sees."""
        xml = run("sslscan", "--no-colour", "--no-heartbleed", "--no-renegotiation", "--no-check-certificate", "--no-groups",
                  "--xml=-", f"--sni-name={NAME}", *scan_options, target)
        suites = registry("suites.tsv")
        theirs = {f"TLSv{version} {suites[int(value, 16)]}" for version, value in
                  re.findall(r'<cipher [^>]*sslversion="TLSv([0-9.]+)"[^>]* id="(0x[0-9A-F]+)"', xml)}
        self.assertGreater(len(theirs), 2, xml)
        self.assertEqual(set(facts["tls.offers.suites"]), theirs)

    def test_starttls(self):
        outcome = self.audit(f"xmpp://{NAME}:{self.port}", "--tls", "full")
        record, facts = self.record()
        self.assertEqual(record["host"], f"xmpp://{NAME}:{self.port}")
        # It asks for a stream to the host that it connects to.
        self.check_suites(facts, "--starttls-xmpp", "--ipv4", target=f"localhost:{self.port}")
        shown = run("openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", "-starttls", "xmpp", "-xmpphost", NAME,
                    "-servername", NAME, "-showcerts", check=False)
        certificate = self.write("leaf.pem", re.search("-----BEGIN CERT.*?-----END CERTIFICATE-----", shown, re.S)[0])
        digest = run("openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256")
        self.assertEqual(facts["tls.certificate.sha256"], digest.split("=")[1].strip().replace(":", "").lower())
        self.assertTrue(facts["tls.certificate.trusted"])
        self.assertIn("[weak-suites-refused", outcome.out)
        # The check by hand does what it says.
        hello = next(fact for fact in record["evidence"] if fact["path"] == "tls.version")
        self.assertIn("-starttls xmpp -xmpphost", hello["check"])

    def test_who_wants_a_certificate_or_speaks_no_tls_is_told_apart(self):
        self.servers.openssl("closed", "-Verify", "1", "-verify_return_error", "-tls1_2")
        port = self.servers.ports["closed"]
        outcome = self.audit(f"https://turn.{tls_servers.DOMAIN}:{port}/", "--only", "tls,http", code=4)
        self.assertIn("asked for a certificate of the client", " ".join(outcome.out.split()))
        (self.dir / "run.jsonl").unlink()
        with OneLine("") as plain:
            outcome = self.audit(f"https://turn.{tls_servers.DOMAIN}:{plain.port}/", "--only", "tls,http", code=4)
        self.assertIn("does not speak TLS", " ".join(outcome.out.split()))

    def coturn(self, label, *options):
        port, plain = free_port(), free_port()
        self.servers.start(label, "turnserver", "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1",
                           f"--listening-port={plain}", f"--tls-listening-port={port}", f"--cert={self.keys.path('rsa.pem')}",
                           f"--pkey={self.keys.path('rsa.key')}", "--lt-cred-mech", "--user=u:p", "--realm=meet.test",
                           "--no-cli", "--simple-log", f"--log-file={self.dir / label}.log",
                           f"--pidfile={self.dir / label}.pid", f"--db={self.dir / label}.db", *options, port=port)
        return port

    @unittest.skipIf(shutil.which("turnserver") is None, "not installed: coturn")
    def test_a_real_turn_server(self):
        port = self.coturn("open")
        self.audit(f"turns:turn.{tls_servers.DOMAIN}:{port}", "--tls", "full")
        self.check_suites(self.record()[1], "--ipv4", target=f"127.0.0.1:{port}")
        # Of versions that it was told to leave out it says nothing at all, and that is no reason to ask nothing more.
        (self.dir / "run.jsonl").unlink()
        port = self.coturn("hardened", "--no-tlsv1", "--no-tlsv1_1")
        self.audit(f"turns:turn.{tls_servers.DOMAIN}:{port}", "--tls", "full")
        facts = self.record()[1]
        self.assertEqual((facts["tls.version"], facts["tls.accepts.weak"]), ("TLSv1.2", True))
        self.assertEqual(facts["tls.offers.legacy"]["code"], "timed-out")
        self.assertGreaterEqual(facts["tls.dh.bits"], 2048)

    def test_nothing_else_is_asked_and_no_letter_given(self):
        outcome = self.audit(f"xmpp://{NAME}:{self.port}", "--format", "json")
        record, facts = self.record()
        self.assertEqual({entry["kind"] for entry in record["transcript"]} - {"dns", "tls", "hello"}, set())
        self.assertEqual({path.split(".")[0] for path in facts}, {"tls", "dns"})
        host = outcome.json()["hosts"][0]
        self.assertEqual(host["url"], f"xmpp://{NAME}:{self.port}")
        self.assertEqual((host["status"], host["grade"], host["range"]), ("measured", None, None))
        self.assertIn("XMPP server", host["not_graded_reason"])
        self.assertNotIn("privacy-policy-published", [finding["rule"] for finding in host["findings"]])
        outcomes = {finding["rule"]: finding["outcome"] for finding in host["findings"]}
        self.assertEqual(outcomes["certificate-trusted"], "pass")
        # The stored Run says the same again.
        again = self.assert_code(self.meetlat("report", "run.jsonl", "--format", "json"), 0)
        self.assertEqual(again.json()["hosts"][0]["findings"], host["findings"])
        text = self.assert_code(self.meetlat("report", "run.jsonl", "--format", "text"), 0).out
        self.assertIn("Not graded: an XMPP server", text)
        self.assertNotIn("E2EE: ?", text)

    def test_tls_at_once(self):
        self.audit(f"xmpps://{NAME}:{self.direct}", "--tls", "full")
        _, facts = self.record()
        self.check_suites(facts, target=f"127.0.0.1:{self.direct}")

    def test_turn_over_tls(self):
        port = self.servers.ports["turn"]
        self.audit(f"turns:turn.{tls_servers.DOMAIN}:{port}?transport=tcp", "--tls", "full")
        record, facts = self.record()
        self.assertEqual(record["host"], f"turns:turn.{tls_servers.DOMAIN}:{port}")
        self.check_suites(facts, target=f"127.0.0.1:{port}")
        self.assertEqual(sorted(group for group in facts["tls.offers.groups"] if "1.3" in group),
                         ["TLSv1.3 secp256r1", "TLSv1.3 x25519"])

    def test_advice_is_for_the_program_that_serves_it(self):
        outcome = self.audit(f"xmpp://{NAME}:{self.port}", "--tls", "full", "--advice")
        self.assertIn("Not graded: an XMPP server", outcome.out)
        self.assertNotIn(" points", outcome.out)  # nothing of it is weighed
        self.assertIn("/etc/prosody/prosody.cfg.lua:", outcome.out)
        forms = [self.assert_code(self.meetlat("report", "run.jsonl", "--format", form), 0).out
                 for form in ("text", "markdown", "html", "junit")]
        for text in (outcome.out, *forms):
            self.assertIn("/etc/prosody/prosody.cfg.lua", text)
            self.assertNotIn("/etc/nginx", text)
            self.assertNotIn("/etc/turnserver.conf", text)

    def test_a_server_without_tls_is_said_to_have_none(self):
        for line, words in (("<stream:features><mechanisms/></stream:features>", "offers no TLS"),
                            ("<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
                             "does not serve the domain")):
            server = OneLine(line)
            self.addCleanup(server.close)
            outcome = self.audit(f"xmpp://{NAME}:{server.port}", code=4)
            self.assertIn(words, re.sub(r"\s+", " ", str(outcome)))
            self.assertTrue(all(heard.startswith(b"<?xml") and f"to='{NAME}'".encode() in heard for heard in server.heard))
            (self.dir / "run.jsonl").unlink()

    def test_other_questions_are_refused(self):
        for arguments in (("--only", "jitsi"), ("--join",), ("--advice=config",)):
            outcome = self.meetlat("audit", f"xmpp://{NAME}", *arguments)
            self.assert_code(outcome, 2)
            self.assertIn("only tls and dns are asked there", re.sub(r"\s+", " ", str(outcome)))
        for bad in ("turns:turn.test?transport=udp", "xmpp:chat.test", "xmpps://chat.test/room", "xmpp://chat.test:0"):
            self.assert_code(self.meetlat("audit", bad), 2)


if __name__ == "__main__":
    unittest.main()
