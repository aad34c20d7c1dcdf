#!/usr/bin/env python3
"""What an audit says of names: real zones, signed by ldns-signzone and served by nsd, validated by the program itself."""

import hashlib
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import unittest

import yaml

import support

NSD = shutil.which("nsd", path="/usr/sbin:/sbin:/usr/bin:/bin")
UNBOUND = shutil.which("unbound", path="/usr/sbin:/sbin:/usr/bin:/bin")
PERSONAS = ["secure", "tampered", "expired", "plain", "climbing", "mismatched", "unusable"]
ADDRESS = "127.77.9.{}"


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Zones:
    """A folder of zones below a signed "test.", whose key is the trust anchor, and nsd serving them."""

    def __init__(self, folder):
        self.dir = pathlib.Path(folder)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.files, self.delegations = {}, []
        self.process = None

    def run(self, *command):
        subprocess.run(command, cwd=self.dir, check=True, stdin=subprocess.DEVNULL, capture_output=True)

    def key(self, zone):
        """Makes a key and returns its name without ending."""
        self.run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone)
        return max(self.dir.glob(f"K{zone}.+*.key"), key=lambda file: file.stat().st_mtime_ns).name[:-4]

    def write(self, zone, lines, signed=True, options=(), tamper=None, delegated=True):
        """One zone. `tamper` changes the signed file's text afterwards."""
        text = "\n".join([f"$ORIGIN {zone}.", "$TTL 300", "@ IN SOA ns.test. hostmaster.test. 1 3600 600 86400 300",
                          "@ IN NS ns.test.", *lines, ""])
        file = self.dir / f"{zone}.zone"
        file.write_text(text)
        if delegated:
            self.delegations.append(f"{zone}. IN NS ns.test.")
        key = None
        if signed:
            key = self.key(zone)
            self.run("ldns-signzone", *options, "-f", f"{zone}.signed", file.name, key)
            file = self.dir / f"{zone}.signed"
            if delegated:
                self.delegations.append((self.dir / f"{key}.ds").read_text())
            if tamper:
                changed = tamper(file.read_text())
                assert changed != file.read_text(), "nothing was tampered with"
                file.write_text(changed)
        self.files[zone] = file
        return key

    def top(self, signed=True):
        """The zone above all others; returns the file with the trust anchor."""
        key = self.write("test", ["ns IN A 127.0.0.1", *self.delegations], signed=signed, options=["-n"],
                         delegated=False)
        return self.dir / f"{key}.key" if signed else None

    def serve(self):
        zones = "".join(f'zone:\n  name: "{zone}"\n  zonefile: "{file}"\n' for zone, file in self.files.items())
        (self.dir / "nsd.conf").write_text(
            f'server:\n  ip-address: 127.0.0.1@{self.port}\n  username: ""\n  zonesdir: "{self.dir}"\n  pidfile: ""\n'
            f'  database: ""\n  xfrdfile: ""\n  zonelistfile: ""\n  server-count: 1\n'
            f'  logfile: "{self.dir}/nsd.log"\nremote-control:\n  control-enable: no\n{zones}')
        self.process = subprocess.Popen([NSD, "-d", "-c", str(self.dir / "nsd.conf")], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        log = self.dir / "nsd.log"
        support.wait_until("nsd", lambda: (log.exists() and "nsd started" in log.read_text())
                           or self.process.poll() is not None)
        assert self.process.poll() is None, log.read_text()

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(support.DEADLINE)

    @property
    def resolver(self):
        return ["--resolver", f"127.0.0.1@{self.port}"]


def tlsa_of(address, port, host):
    """The digest of the public key that a server shows, as openssl reads it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address, port)) as raw, context.wrap_socket(raw, server_hostname=host) as tls:
        certificate = tls.getpeercert(binary_form=True)
    pem = ssl.DER_cert_to_PEM_cert(certificate).encode()
    key = subprocess.run(["openssl", "x509", "-noout", "-pubkey"], input=pem, check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True,
                         capture_output=True).stdout
    return hashlib.sha256(der).hexdigest()


def tamper_with_address(text):
    """Another address than the one that was signed."""
    return re.sub(r"^(meet\.tampered\.test\.\s+300\s+IN\s+A\s+)\S+", r"\g<1>127.77.9.250", text, flags=re.M)


def personas_in(folder):
    """Fixture hosters that only differ in their names."""
    support.copy_personas(folder, ["exemplary"])
    for name in PERSONAS:
        (folder / f"{name}.yml").write_text(
            f"id: {name}\ntitle: {name}\nextends: exemplary\nexpect: {{status: measured, letter: A, note: DNS}}\n")
    return folder


@unittest.skipUnless(NSD and shutil.which("ldns-signzone"), "nsd and ldnsutils are needed")
class Dns(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.for_class()
        cls.server = support.Server(personas_in(case.dir / "personas"))
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.address = {line.split()[1].split(".")[1]: line.split()[0]
                       for line in cls.server.hosts.read_text().splitlines()
                       if line.startswith("127.") and line.split()[1].startswith("meet.")}
        cls.digest = {name: tlsa_of(cls.address[name], cls.server.port, f"meet.{name}.test")
                      for name in ("secure", "mismatched", "unusable")}
        cls.zones = zones = Zones(case.dir / "zones")
        cls.addClassCleanup(zones.stop)
        cls.write_zones(zones)
        cls.anchor = zones.top()
        zones.serve()
        cls.facts = cls.audit_all(case, [*zones.resolver, "--trust-anchor", cls.anchor])

    @classmethod
    def write_zones(cls, zones):
        def host(name, more=()):
            return [f"meet IN A {cls.address[name]}", *more]

        def tlsa(name, digest):
            return f"_{cls.server.port}._tcp.meet IN TLSA 3 1 1 {digest}"

        port = cls.server.port
        zones.write("secure.test", host("secure", [
            tlsa("secure", cls.digest["secure"]), 'meet IN CAA 0 issue "ca.invalid; account=7"',
            'meet IN CAA 128 issuewild ";"', "alias IN CNAME meet.plain.test.",
            f"_{port}._https.meet IN TYPE65 \\# 10 0001 00 0001 0003 026832"]))
        zones.write("tampered.test", host("tampered"), tamper=tamper_with_address)
        zones.write("expired.test", host("expired"), options=["-i", "20200101000000", "-e", "20200201000000"])
        zones.write("plain.test", host("plain", [tlsa("plain", "00" * 32)]), signed=False)
        zones.write("climbing.test", host("climbing", ['@ IN CAA 0 issuewild "ca.invalid"']))
        zones.write("mismatched.test", host("mismatched", [tlsa("mismatched", "00" * 32),
                                                           '@ IN CAA 0 issue ";"']))
        zones.write("unusable.test", host("unusable", [tlsa("unusable", cls.digest["unusable"])]), signed=False)

    @classmethod
    def audit_all(cls, case, options, run="run.jsonl", hosts=None):
        """The facts of every host about its own name: {"secure": {"dns.dnssec": fact}}."""
        urls = [f"https://{host}:{cls.server.port}/"
                for host in hosts or [*(f"meet.{name}.test" for name in PERSONAS), "alias.secure.test"]]
        outcome = case.meetlat("audit", *urls, "--only", "dns", "--allow-private", "--ca-file", cls.server.ca,
                               *support.FAST, *options, "--run", run)
        case.assert_code(outcome, 0)
        facts = {}
        for record in support.json_lines(case.dir / run):
            for fact in record.get("evidence", []):
                host = record["host"].split(":")[0]
                name = host.split(".")[1] if host.startswith("meet.") else host.split(".")[0]
                if fact["path"].startswith("dns."):
                    facts.setdefault(name, {})[fact["path"]] = fact
        return facts

    def value(self, name, path):
        fact = self.facts[name][path]
        self.assertIn("value", fact, fact)
        return fact["value"]

    def test_signed_names_are_secure_and_unsigned_ones_are_not(self):
        for name, word in {"secure": "secure", "climbing": "secure", "plain": "insecure", "tampered": "bogus",
                           "expired": "bogus", "alias": "insecure"}.items():
            with self.subTest(name):
                self.assertEqual(self.value(name, "dns.dnssec"), word, self.facts[name]["dns.dnssec"])
        self.assertEqual(self.value("secure", "dns.dnssec.validated_by"),
                         f"this program, from {self.anchor.name}, through the name server of --resolver")

    def test_the_reason_says_what_is_wrong(self):
        self.assertEqual(self.value("secure", "dns.dnssec.reason"), "")
        self.assertIn("plain.test has no DS record", self.value("plain", "dns.dnssec.reason"))
        self.assertIn("expired", self.value("expired", "dns.dnssec.reason"))
        self.assertIn("signature verification failed", self.value("tampered", "dns.dnssec.reason"))
        self.assertNotIn("127.0.0.1", self.value("expired", "dns.dnssec.reason"))
        self.assertIn("alias of meet.plain.test; plain.test has no DS", self.value("alias", "dns.dnssec.reason"))

    def test_a_bogus_name_is_described_all_the_same(self):
        for name in ("tampered", "expired"):
            self.assertEqual(self.value(name, "dns.status"), "ok")
        self.assertEqual(self.value("tampered", "dns.ipv4"), ["127.77.9.250"])
        for path in ("dns.caa", "dns.dane"):  # what such a zone says is nobody's word
            self.assertNotIn("value", self.facts["expired"][path])

    def test_caa_records_are_looked_for_upwards(self):
        self.assertEqual(self.value("secure", "dns.caa"),
                         ['0 issue "ca.invalid; account=7"', '128 issuewild ";"'])
        self.assertEqual(self.value("secure", "dns.caa.found_at"), "meet.secure.test")
        self.assertIs(self.value("secure", "dns.caa.restricts"), True)
        self.assertEqual(self.value("climbing", "dns.caa.found_at"), "climbing.test")
        self.assertIs(self.value("climbing", "dns.caa.restricts"), False, "issuewild alone leaves plain names free")
        self.assertEqual(self.value("mismatched", "dns.caa.found_at"), "mismatched.test")
        self.assertIs(self.value("mismatched", "dns.caa.restricts"), True)

    def test_the_absence_of_caa_is_proved(self):
        self.assertEqual(self.value("unusable", "dns.caa"), [])
        self.assertEqual(self.value("unusable", "dns.caa.found_at"), "")

    def test_dane_compares_with_the_certificate_that_is_served(self):
        self.assertEqual(self.value("secure", "dns.tlsa"), [f"3 1 1 {self.digest['secure']}"])
        for name, word in {"secure": "match", "mismatched": "mismatch", "climbing": "none",
                           "unusable": "not-usable"}.items():
            with self.subTest(name):
                self.assertEqual(self.value(name, "dns.dane"), word, self.facts[name]["dns.dane"])

    def test_https_records_and_name_servers(self):
        self.assertEqual(self.value("secure", "dns.https_records"), ["1 . alpn=h2"])
        self.assertEqual(self.value("plain", "dns.https_records"), [])
        self.assertEqual(self.value("plain", "dns.name_servers"), ["ns.test"])
        self.assertEqual(self.value("plain", "dns.name_server_owners"), ["ns.test"])

    def test_where_validation_cannot_work_nothing_is_called_bogus(self):
        other = Zones(self.dir / "other")
        self.addCleanup(other.stop)
        other.write("secure.test", [f"meet IN A {self.address['secure']}"], signed=False)
        other.top(signed=False)
        other.serve()
        foreign = Zones(self.dir / "foreign")
        foreign_anchor = foreign.top()
        for what, options in {
                "a name server that drops signatures": [*other.resolver, "--trust-anchor", self.anchor],
                "somebody else's anchor": [*self.zones.resolver, "--trust-anchor", foreign_anchor],
        }.items():
            with self.subTest(what):
                facts = self.audit_all(self, options, f"{len(what)}.jsonl", ["meet.secure.test"])["secure"]
                self.assertEqual(facts["dns.ipv4"]["value"], [self.address["secure"]])
                for path in ("dns.dnssec", "dns.caa", "dns.dane", "dns.name_servers"):
                    self.assertNotIn("value", facts[path])
                    self.assertIn("DNSSEC cannot be validated", facts[path]["not_measured"]["reason"])

    @unittest.skipUnless(UNBOUND, "unbound is not installed (apt-get install unbound)")
    def test_a_resolver_that_validates_hides_no_bogus_name(self):
        """Debian's unbound answers SERVFAIL for it, as it does when name servers are down."""
        port = free_port()
        config = self.write("unbound.conf", f"""
server:
  interface: 127.0.0.1@{port}
  username: ""
  chroot: ""
  directory: "{self.dir}"
  pidfile: ""
  logfile: "{self.dir}/unbound.log"
  use-syslog: no
  verbosity: 1
  do-not-query-localhost: no
  local-zone: "test." nodefault
  trust-anchor-file: "{self.anchor}"
  module-config: "validator iterator"
remote-control:
  control-enable: no
stub-zone:
  name: "test."
  stub-addr: 127.0.0.1@{self.zones.port}
""")
        unbound = subprocess.Popen([UNBOUND, "-d", "-c", str(config)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(support.stop, unbound)
        log = self.dir / "unbound.log"
        support.wait_until("unbound", lambda: (log.exists() and "start of service" in log.read_text())
                           or unbound.poll() is not None)
        self.assertIsNone(unbound.poll(), log)

        def status(name):
            shown = subprocess.run(["drill", "-p", str(port), f"meet.{name}.test", "@127.0.0.1"], check=False,
                                   capture_output=True, text=True).stdout
            return re.search(r"rcode: (\w+)", shown)[1]

        self.assertEqual([status("secure"), status("tampered"), status("expired")], ["NOERROR", "SERVFAIL", "SERVFAIL"])
        facts = self.audit_all(self, ["--resolver", f"127.0.0.1@{port}", "--trust-anchor", self.anchor],
                               hosts=[f"meet.{name}.test" for name in ("secure", "tampered", "expired", "plain")])
        for name, word in {"secure": "secure", "tampered": "bogus", "expired": "bogus", "plain": "insecure"}.items():
            with self.subTest(name):
                self.assertEqual(facts[name]["dns.dnssec"].get("value"), word, facts[name]["dns.dnssec"])
                self.assertEqual(facts[name]["dns.status"].get("value"), "ok")
        self.assertIn("expired", facts["expired"]["dns.dnssec.reason"]["value"])

    def test_names_that_no_anchor_covers_are_not_called_insecure(self):
        facts = self.audit_all(self, [*self.zones.resolver, "--trust-anchor", self.write("anchor", (
            self.anchor.read_text().replace("test.\t", "secure.test.\t", 1)))], hosts=["meet.plain.test"])["plain"]
        self.assertNotIn("value", facts["dns.dnssec"])
        self.assertIn("no trust anchor", facts["dns.dnssec"]["not_measured"]["reason"])

    def test_names_of_the_hosts_file_are_asked_of_nobody(self):
        outcome = self.meetlat("audit", f"https://meet.secure.test:{self.server.port}/", "--only", "dns",
                               *self.server.network, "--trust-anchor", self.anchor, "--run", "run.jsonl")
        self.assert_code(outcome, 0)
        facts = {fact["path"]: fact for record in support.json_lines(self.dir / "run.jsonl")
                 for fact in record.get("evidence", [])}
        self.assertEqual(facts["dns.dnssec"]["not_measured"]["code"], "not-attempted")

    def test_wrong_options_are_refused(self):
        empty = self.write("empty", "; nothing\n")
        for options, word in ((["--resolver", "ns.test"], "--resolver"), (["--resolver", "127.0.0.1@0"], "--resolver"),
                              (["--trust-anchor", "missing.key"], "--trust-anchor"),
                              (["--trust-anchor", empty], "no DNSKEY or DS record"),
                              (["--resolver", "127.0.0.1", "--proxy", "socks5h://127.0.0.1:9"], "proxy")):
            outcome = self.meetlat("audit", "https://meet.secure.test/", *options)
            self.assert_code(outcome, 2)
            self.assertIn(word, outcome.err)


class FixtureNames(support.TestCase):
    """The bundled hosters with their own name server: each fails the rule that names it."""

    def test_the_personas_fail_the_rules_that_name_them(self):
        rules = {rule["id"]: rule["persona"] for file in sorted((support.TOP / "rules").glob("*/*.yml"))
                 if (rule := yaml.safe_load(file.read_text())).get("pass_if", {}).get("fact", "").startswith(("dns.", "names."))}
        self.assertLessEqual({"dnssec-not-bogus", "dnssec-signed", "caa-present", "dane-matches"}, rules.keys())
        wanted = {"exemplary", "dnssec-expired", *rules.values()}
        with support.Server(support.copy_personas(self.dir / "personas", wanted)) as server:
            outcome = self.meetlat(*server.rank("--format", "json", hosters=server.list))
        self.assert_code(outcome, 0)
        results = {host.split(":")[0].split(".")[1]: {finding["rule"]: finding["outcome"]
                                                      for finding in report["findings"]}
                   for host, report in support.hosts_of(outcome.json()).items()}
        for rule, persona in rules.items():
            with self.subTest(rule):
                self.assertEqual(results[persona][rule], "fail")
                good = "not-applicable" if rule == "other-names-not-bogus" else "pass"  # it has no other names
                self.assertEqual(results["exemplary"][rule], good)
        self.assertEqual(results["dnssec-expired"]["dnssec-not-bogus"], "fail")
        self.assertEqual(results["dnssec-expired"]["caa-present"], "not-measured")
        self.assertEqual(results["dnssec-unsigned"]["dane-matches"], "not-applicable")


if __name__ == "__main__":
    unittest.main()
