"""What --tls full finds equals what sslscan and nmap find in the same run, wherever they can see; where it does not, a
known flaw of theirs explains it, and this test fails when that flaw is not met any more."""

import concurrent.futures
import unittest

import tls_servers
from support import FAST, TestCase, json_lines
from tls_servers import DOMAIN, Scan, Servers, by_nmap, by_sslscan, registry

SUITES = registry("suites.tsv")
GROUPS = registry("groups.tsv")
# Why a scanner does not see what is there: (scanner, what) -> the servers where that is met.
FLAWS = {
    # It offers one group alone in each hello, and a certificate on P-256 can be used only while P-256 is on offer.
    "sslscan hides groups behind a certificate's curve": ("sslscan", "groups", {"nginx-curves", "openssl-ecdsa"}),
    # NSS leaves its hellos for groups unanswered; they are left out, since it would wait for each of them.
    "sslscan finds no groups at NSS": ("sslscan", "groups", {"nss-old", "nss-new"}),
    # It sees that SSL 3.0 is spoken, and asks for no suites there.
    "sslscan lists no suites of SSL 3.0": ("sslscan", "suites", {"nss-old"}),
    # Of the finite fields of RFC 7919 it offers ffdhe2048 alone, so a server with another one has nothing for it.
    "nmap knows one group of RFC 7919": ("nmap", "versions suites dh", {"gnutls-dhe"}),
}


def facts_of(run):
    """First label of the host -> path -> value, or "<why not>"."""
    found = {}
    for record in json_lines(run):
        for fact in record.get("evidence", []):
            value = fact["value"] if "value" in fact else f"<{fact['not_measured']['code']}>"
            found.setdefault(record["host"].split(".")[0], {})[fact["path"]] = value
    return found


def ours(facts):
    suites = {name: value for value, name in SUITES.items()}
    groups = {name: value for value, name in GROUPS.items()}
    scan = Scan()
    scan.versions = set(facts["tls.offers.versions"])
    scan.suites = {(version, suites[name]) for version, name in map(str.split, facts["tls.offers.suites"])}
    scan.groups = {(version, groups[name]) for version, name in map(str.split, facts["tls.offers.groups"])}
    scan.dh = {facts["tls.dh.bits"]} - {0}
    return scan


def words(entries):
    """Differences for people."""
    return sorted(f"{entry[0]} {SUITES.get(entry[1], GROUPS.get(entry[1], entry[1]))}" if isinstance(entry, tuple)
                  else str(entry) for entry in entries)


class Differential(TestCase):
    @classmethod
    def setUpClass(cls):
        if missing := tls_servers.missing_programs():
            raise unittest.SkipTest(f"not installed: {', '.join(missing)}")
        cls.case = cls.for_class()
        cls.keys = tls_servers.Keys(cls.case.dir)
        cls.servers = cls.enterClassContext(Servers(cls.keys))
        tls_servers.start_all(cls.servers)
        cls.full, cls.hellos = cls.audit("full.jsonl", "--tls", "full")
        cls.verdict, cls.verdict_hellos = cls.audit("verdict.jsonl")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            scans = {(scanner.__name__, name): pool.submit(scanner, name, port)
                     for scanner in (by_sslscan, by_nmap) for name, port in cls.servers.ports.items()}
            cls.theirs = {key: scan.result() for key, scan in scans.items()}

    @classmethod
    def audit(cls, run, *arguments):
        """Facts, and the number of hellos, of each server."""
        hosts = cls.case.write("hosts", "".join(f"127.0.0.1 {name}.{DOMAIN}\n" for name in cls.servers.ports))
        urls = [f"https://{name}.{DOMAIN}:{port}/" for name, port in cls.servers.ports.items()]
        outcome = cls.case.meetlat("audit", *urls, "--only", "tls", "--run", run, "--hosts-file", hosts, "--ca-file",
                                   cls.keys.path("ca.pem"), *arguments, *FAST)
        cls.case.assert_code(outcome, 0)
        hellos = {record["host"].split(".")[0]: sum(entry["kind"] == "hello" for entry in record["transcript"])
                  for record in json_lines(cls.case.dir / run) if "transcript" in record}
        return facts_of(cls.case.dir / run), hellos

    def compare(self, scanner, what):
        """Fails on differences that no flaw explains, and on flaws that are not met."""
        met = set()
        for name in self.servers.ports:
            mine = getattr(ours(self.full[name]), what)
            theirs = getattr(self.theirs[f"by_{scanner}", name], what)
            if what == "dh":  # the shortest one is what counts
                mine, theirs = set(sorted(mine)[:1]), set(sorted(theirs)[:1])
            flaws = [flaw for flaw, (whose, kinds, where) in FLAWS.items()
                     if whose == scanner and what in kinds.split() and name in where]
            with self.subTest(f"{name}: {scanner}: {what}"):
                self.assertEqual(words(theirs - mine), [], "they see what we do not")
                if flaws:
                    self.assertNotEqual(words(mine - theirs), [], f"not met any more: {flaws}")
                    met.update(flaws)
                else:
                    self.assertEqual(words(mine - theirs), [], "we see what they do not")
        return met

    def test_versions_are_those_that_sslscan_finds(self):
        self.compare("sslscan", "versions")

    def test_suites_are_those_that_sslscan_finds(self):
        self.compare("sslscan", "suites")

    def test_groups_are_those_that_sslscan_finds(self):
        self.compare("sslscan", "groups")

    def test_versions_are_those_that_nmap_finds(self):
        self.compare("nmap", "versions")

    def test_suites_are_those_that_nmap_finds(self):
        self.compare("nmap", "suites")

    def test_the_shortest_prime_is_the_one_that_they_find(self):
        self.compare("sslscan", "dh")
        self.compare("nmap", "dh")

    def test_signature_algorithms_are_those_that_openssl_completes_handshakes_with(self):
        names = [name for name, facts in self.full.items() if "TLSv1.2" in facts["tls.offers.versions"]
                 and not isinstance(facts["tls.offers.signature_algorithms"], str)]
        # Two suites and eight algorithms: as many hellos as that are not spent on it.
        self.assertEqual([name for name, facts in self.full.items()
                          if facts["tls.offers.signature_algorithms"] == "<budget-exhausted>"], ["nginx-short-dh"])
        self.assertGreaterEqual(len(names), 12, {name: facts["tls.offers.signature_algorithms"]
                                                 for name, facts in self.full.items()})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            theirs = {name: pool.submit(tls_servers.signatures_by_openssl, name, self.servers.ports[name]) for name in names}
            theirs = {name: one.result() for name, one in theirs.items()}
        for name in names:
            with self.subTest(name):
                mine = {entry.removeprefix("TLSv1.2 ") for entry in self.full[name]["tls.offers.signature_algorithms"]}
                self.assertEqual(sorted(mine & set(tls_servers.OPENSSL_SIGNATURES)), sorted(theirs[name]))
                self.assertEqual(self.full[name]["tls.accepts.sha1_signature"],
                                 bool(theirs[name] & {"rsa_pkcs1_sha1", "ecdsa_sha1"}))

    def test_enough_servers_of_every_kind_were_compared(self):
        self.assertGreaterEqual(len(self.servers.ports), 14)
        found = [ours(facts) for facts in self.full.values()]
        self.assertEqual(set.union(*(scan.versions for scan in found)),
                         {"SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"})
        self.assertGreater(len(set.union(*(scan.suites for scan in found))), 100)
        self.assertGreater(len(set.union(*(scan.groups for scan in found))), 12)

    def test_a_verdict_says_the_same_as_the_whole_where_it_says_something(self):
        asked = ("tls.offers.tls13", "tls.offers.tls12", "tls.offers.legacy", "tls.offers.versions", "tls.legacy.version",
                 "tls.offers.post_quantum", "tls.offers.ecdhe_aead", "tls.accepts.weak", "tls.accepts.broken",
                 "tls.extended_master_secret", "tls.secure_renegotiation", "tls.heartbeat", "tls.session_ticket",
                 "tls.compression", "tls.fallback_scsv")
        measured = 0
        for name in self.servers.ports:
            for path in asked:
                with self.subTest(f"{name}: {path}"):
                    mine = self.verdict[name][path]
                    if not str(mine).startswith("<"):
                        self.assertEqual(mine, self.full[name][path])
                        measured += 1
        self.assertGreater(measured, len(self.servers.ports) * 10)

    def test_hellos_are_as_few_as_promised(self):
        for name in self.servers.ports:
            scan = ours(self.full[name])
            with self.subTest(name):
                self.assertLessEqual(self.verdict_hellos[name], 8)
                self.assertLessEqual(self.hellos[name], len(scan.suites) + len(scan.groups) + 10)

    def test_the_order_and_the_extensions_are_those_of_the_configuration(self):
        self.assertEqual(self.full["nginx-old"]["tls.offers.order"], ["TLSv1.2 server"])
        self.assertEqual(self.full["nginx-12-only"]["tls.offers.order"], ["TLSv1.2 client"])
        self.assertEqual(self.full["nginx-modern"]["tls.session_ticket"], False)
        self.assertEqual(self.full["nginx-12-only"]["tls.session_ticket"], True)
        self.assertEqual(self.full["gnutls-dhe"]["tls.dh.prime"], "ffdhe3072 (RFC 7919)")
        self.assertEqual(self.full["nginx-short-dh"]["tls.dh.bits"], 1024)
        self.assertEqual([suite for suite in self.full["openssl-rsa-exchange"]["tls.offers.suites"]],
                         ["TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA", "TLSv1.2 TLS_RSA_WITH_AES_256_GCM_SHA384"])


if __name__ == "__main__":
    unittest.main()
