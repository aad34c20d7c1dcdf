#!/usr/bin/env python3
"""What is said of certificates, chains, staples, timestamps and tickets is what OpenSSL's tools, sslscan and nmap say of
the same servers in the same run."""

import contextlib
import json
import re
import shutil
import socket
import subprocess
import unittest
import xml.etree.ElementTree as ET

import support

NGINX = """daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/nginx.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {dir}/tmp; proxy_temp_path {dir}/tmp; fastcgi_temp_path {dir}/tmp;
  uwsgi_temp_path {dir}/tmp; scgi_temp_path {dir}/tmp;
{servers}
}}
"""

# What each server is: its certificate, the files that are sent after it, its staple, and options of s_server or lines
# of nginx.
SERVERS = {
    "plain": {"leaf": "ec", "chain": ["inter"]},
    "rsa": {"leaf": "rsa", "chain": ["inter"], "staple": "good"},
    "delegated": {"leaf": "ec", "chain": ["inter"], "staple": "delegated"},
    "revoked": {"leaf": "revoked", "chain": ["inter"], "staple": "good"},
    "staple-foreign": {"leaf": "ec", "chain": ["inter"], "staple": "foreign"},
    "must-staple": {"leaf": "must", "chain": ["inter"]},
    "missing": {"leaf": "ec", "chain": []},
    "disordered": {"leaf": "deep", "chain": ["inter", "lower"]},
    "root-sent": {"leaf": "ec", "chain": ["inter", "root"]},
    "extra": {"leaf": "ec", "chain": ["inter", "stranger"]},
    "sha1": {"leaf": "under-sha1", "chain": ["inter-sha1"], "options": ["-cipher", "DEFAULT:@SECLEVEL=0"]},
    "self-signed": {"leaf": "alone", "chain": []},
    "long": {"leaf": "long", "chain": ["inter"]},
    "tls12": {"leaf": "ec", "chain": ["inter"], "staple": "good", "options": ["-tls1_2"]},
    "early-data": {"leaf": "ec", "chain": ["inter"], "options": ["-max_early_data", "4096"]},
    "nginx": {"leaf": "ec", "chain": ["inter"], "staple": "good", "nginx": ""},
    "nginx-early": {"leaf": "rsa", "chain": ["inter"], "nginx": "ssl_early_data on; ssl_session_timeout 10m;"},
}
LEAVES = {
    "ec": {"key": "ec", "extensions": "certificatePolicies=2.23.140.1.2.1\n"
           "authorityInfoAccess=OCSP;URI:http://ocsp.ca.test/\ncrlDistributionPoints=URI:http://crl.ca.test/1.crl\n"},
    "rsa": {"key": "rsa", "extensions": "certificatePolicies=2.23.140.1.2.2\n"},
    "revoked": {"key": "ec"},
    "must": {"key": "ec", "extensions": "tlsfeature=status_request\n"},
    "deep": {"key": "ec", "issuer": "lower"},
    "under-sha1": {"key": "ec", "issuer": "inter-sha1"},
    "long": {"key": "ec", "days": 700, "extensions": "certificatePolicies=2.23.140.1.1\n"},
}
AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\n" \
            "subjectKeyIdentifier=hash\n"


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
        return True
    return False


def output(*command, **options):
    """Both outputs of a foreign tool, whatever its exit code."""
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=support.DEADLINE, **options)
    return done.stdout.decode(errors="replace")


class Authority:
    """A certificate authority in a folder, run with the openssl program."""

    def __init__(self, folder):
        self.dir = folder
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     "root.key", "-out", "root.pem", "-days", "900", "-subj", "/C=NL/O=Lantern Trust/CN=Root")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     "stranger.key", "-out", "stranger.pem", "-days", "900", "-subj", "/CN=Stranger")
        self.sign("inter", "root", "/C=NL/O=Lantern Trust/CN=Intermediate", AUTHORITY)
        self.sign("lower", "inter", "/CN=Lower", AUTHORITY)
        self.sign("inter-sha1", "root", "/CN=Old", AUTHORITY, digest="-sha1")
        self.sign("responder", "inter", "/CN=Responder", "extendedKeyUsage=OCSPSigning\n")
        for name, leaf in LEAVES.items():
            extensions = "subjectAltName=DNS:*.certs.test,DNS:certs.test,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
            self.sign(name, leaf.get("issuer", "inter"), f"/CN={name}.certs.test",
                      extensions + leaf.get("extensions", ""), key=leaf["key"], days=leaf.get("days", 60))
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     "alone.key", "-out", "alone.pem", "-days", "50", "-subj", "/CN=self-signed.certs.test",
                     "-addext", "subjectAltName=DNS:*.certs.test")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.dir, check=True, capture_output=True)

    def sign(self, name, issuer, subject, extensions, key="ec", days=800, digest="-sha256"):
        kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else ["rsa:2048"]
        self.openssl("req", "-newkey", *kind, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                     subject)
        (self.dir / f"{name}.ext").write_text(extensions + "authorityKeyIdentifier=keyid\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-days",
                     str(days), digest, "-extfile", f"{name}.ext", "-CAcreateserial", "-out", f"{name}.pem")

    def staple(self, leaf, kind):
        """The file of an OCSP answer, as the openssl program's responder makes it."""
        serial = output("openssl", "x509", "-in", self.dir / f"{leaf}.pem", "-noout", "-serial").strip().split("=")[1]
        state = "R\t391231235959Z\t250601000000Z,keyCompromise" if leaf == "revoked" else "V\t391231235959Z\t"
        (self.dir / f"{leaf}.index").write_text(f"{state}\t{serial}\tunknown\t/CN={leaf}\n")
        name = f"{leaf}-{kind}.der"
        self.openssl("ocsp", "-issuer", "inter.pem", "-cert", f"{leaf}.pem", "-no_nonce", "-reqout", "request.der")
        signer = {"delegated": "responder", "foreign": "stranger"}.get(kind, "inter")
        self.openssl("ocsp", "-index", f"{leaf}.index", "-CA", "inter.pem", "-rsigner", f"{signer}.pem", "-rkey",
                     f"{signer}.key", "-reqin", "request.der", "-respout", name, "-ndays", "3")
        return self.dir / name

    def bundle(self, name, parts):
        path = self.dir / f"{name}.chain.pem"
        path.write_text("".join((self.dir / f"{part}.pem").read_text() for part in parts))
        return path


class Certificate(support.TestCase):
    @classmethod
    def setUpClass(cls):
        """Starts all servers, audits them once, and asks s_client once about each."""
        super().setUpClass()
        case = cls.for_class()
        cls.folder, cls.processes = case.dir, []
        cls.authority = Authority(case.dir)
        cls.ports = dict(zip(SERVERS, free_ports(len(SERVERS))))
        cls.addClassCleanup(lambda: [support.stop(process) for process in cls.processes])
        cls.start_servers()
        hosts = case.write("hosts", "".join(f"127.0.0.1 {name}.certs.test\n" for name in SERVERS))
        urls = [f"https://{name}.certs.test:{port}/" for name, port in cls.ports.items()]
        network = ["--hosts-file", hosts, "--ca-file", case.dir / "root.pem", *support.FAST]
        case.meetlat("audit", *urls, "--only", "tls", *network, "--run", "run.jsonl", "--format", "json",
                     "--output", "report.json")
        cls.facts = {}
        for record in support.json_lines(case.dir / "run.jsonl"):
            if "evidence" in record:
                name = record["host"].split(".")[0]
                for fact in record["evidence"]:
                    cls.facts.setdefault(name, {}).setdefault(fact["path"], fact.get("value"))
        cls.seen = {name: cls.s_client(name) for name in SERVERS}

    @classmethod
    def start_servers(cls):
        blocks = []
        for name, server in SERVERS.items():
            port, leaf = cls.ports[name], server["leaf"]
            key = cls.folder / f"{leaf}.key"
            staple = cls.authority.staple(leaf, server["staple"]) if "staple" in server else None
            if "nginx" in server:
                bundle = cls.authority.bundle(name, [leaf, *server["chain"]])
                stapling = f"ssl_stapling on; ssl_stapling_file {staple};" if staple else ""
                blocks.append(f"  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {bundle}; ssl_certificate_key "
                              f"{key}; ssl_protocols TLSv1.2 TLSv1.3; {stapling} {server['nginx']} }}")
                continue
            command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", "-quiet", "-no_dhe", "-cert",
                       str(cls.folder / f"{leaf}.pem"), "-key", str(key), *server.get("options", [])]
            if server["chain"]:
                command += ["-cert_chain", str(cls.authority.bundle(name, server["chain"]))]
            if staple:
                command += ["-status_file", str(staple)]
            cls.run_server(command)
        (cls.folder / "nginx.conf").write_text(NGINX.format(dir=cls.folder, servers="\n".join(blocks)))
        cls.run_server(["nginx", "-p", str(cls.folder), "-c", str(cls.folder / "nginx.conf"), "-e",
                        str(cls.folder / "nginx.log")])
        for name, port in cls.ports.items():
            support.wait_until(f"the server {name}", lambda port=port: listens(port))

    @classmethod
    def run_server(cls, command):
        cls.processes.append(subprocess.Popen(command, cwd=cls.folder, stdin=subprocess.DEVNULL,
                                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    @classmethod
    def s_client(cls, name, *options):
        host = f"{name}.certs.test"
        return output("openssl", "s_client", "-connect", f"127.0.0.1:{cls.ports[name]}", "-servername", host,
                      "-verify_hostname", host, "-status", "-showcerts", "-CAfile", cls.folder / "root.pem",
                      "-nameopt", "RFC2253", "-cipher", "DEFAULT:@SECLEVEL=0", *options)

    def fact(self, name, path):
        self.assertIn(path, self.facts[name], name)
        return self.facts[name][path]

    def test_the_chain_is_what_s_client_was_sent(self):
        for name in SERVERS:
            with self.subTest(name):
                chain = self.seen[name].split("Certificate chain", 1)[1]
                subjects = re.findall(r"^ *\d+ s:(.*)$", chain, re.M)
                self.assertEqual(self.fact(name, "tls.certificate.chain"), subjects)
                self.assertEqual(len(self.fact(name, "tls.chain.certificates")), len(subjects))

    def test_trust_and_what_is_missing_are_as_s_client_verifies(self):
        for name in SERVERS:
            with self.subTest(name):
                codes = set(map(int, re.findall(r"^verify error:num=(\d+):", self.seen[name], re.M)))
                anchor = self.fact(name, "tls.chain.anchor")
                expected = "self-signed" if 18 in codes else "unknown root" if 19 in codes else \
                    "not sent" if 20 in codes else "known root"
                self.assertEqual(anchor, expected, codes)
                # s_client does not refuse SHA-1 at this level, browsers do.
                self.assertEqual(self.fact(name, "tls.certificate.trusted"), not codes and name != "sha1", codes)
        self.assertEqual(self.fact("missing", "tls.chain.missing_issuer"), "CN=Intermediate,O=Lantern Trust,C=NL")

    def test_order_roots_and_strangers_in_the_chain_are_told(self):
        for name in SERVERS:
            with self.subTest(name):
                self.assertEqual(self.fact(name, "tls.chain.ordered"), name != "disordered")
                self.assertEqual(self.fact(name, "tls.chain.root_sent"), name == "root-sent")
                self.assertEqual(self.fact(name, "tls.chain.superfluous"), ["CN=Stranger"] if name == "extra" else [])

    def test_the_certificate_says_what_x509_prints(self):
        for name, server in SERVERS.items():
            with self.subTest(name):
                text = output("openssl", "x509", "-in", self.folder / f"{server['leaf']}.pem", "-noout", "-text",
                              "-subject", "-issuer", "-nameopt", "RFC2253", "-startdate", "-enddate", "-dateopt",
                              "iso_8601", "-fingerprint", "-sha256")

                def found(pattern, text=text):
                    match = re.search(pattern, text, re.M)
                    return match.group(1).strip() if match else None
                self.assertEqual(self.fact(name, "tls.certificate.subject"), found(r"^subject=(.*)$"))
                self.assertEqual(self.fact(name, "tls.certificate.issuer"), found(r"^issuer=(.*)$"))
                self.assertEqual(self.fact(name, "tls.certificate.not_after"),
                                 found(r"^notAfter=(.*)$").replace(" ", "T"))
                self.assertEqual(self.fact(name, "tls.certificate.not_before"),
                                 found(r"^notBefore=(.*)$").replace(" ", "T"))
                self.assertEqual(self.fact(name, "tls.certificate.sha256"),
                                 found(r"Fingerprint=(.*)$").replace(":", "").lower())
                self.assertEqual(self.fact(name, "tls.certificate.signature"), found(r"Signature Algorithm: (.*)$"))
                self.assertEqual(self.fact(name, "tls.certificate.key_bits"), int(found(r"Public-Key: \((\d+) bit")))
                names = re.findall(r"(?:DNS|IP Address):([^,\s]+)", text)
                self.assertEqual(self.fact(name, "tls.certificate.names"), names)
                self.assertEqual(self.fact(name, "tls.certificate.must_staple"), "status_request" in text)
                self.assertEqual(self.fact(name, "tls.certificate.ocsp_urls"), re.findall(r"OCSP - URI:(\S+)", text))
                self.assertEqual(self.fact(name, "tls.certificate.crl_urls"),
                                 re.findall(r"Full Name:\s+URI:(\S+)", text))
                policy = found(r"Policy: (2\.23\.140\S+)")
                self.assertEqual(self.fact(name, "tls.certificate.validation"),
                                 {"2.23.140.1.2.1": "DV", "2.23.140.1.2.2": "OV", "2.23.140.1.1": "EV", None: ""}[policy])

    def test_staples_are_judged_as_the_ocsp_program_judges_them(self):
        words = {}
        for name, server in SERVERS.items():
            with self.subTest(name):
                status = self.fact(name, "tls.staple.status")
                if "staple" not in server:
                    self.assertIn("OCSP response: no response sent", self.seen[name])
                    self.assertEqual(status, "none")
                    continue
                self.assertIn("OCSP Response Status: successful", self.seen[name])
                leaf = server["leaf"]
                said = output("openssl", "ocsp", "-respin", self.folder / f"{leaf}-{server['staple']}.der", "-issuer",
                              self.folder / "inter.pem", "-cert", self.folder / f"{leaf}.pem", "-CAfile",
                              self.folder / "root.pem", "-no_nonce")
                verdict = re.search(rf"{leaf}\.pem: (?:WARNING: .*\n(?:.*\n)*?)?(good|revoked|unknown)", said)
                if "Response verify OK" not in said or "Status times invalid" in said:
                    expected = "invalid"
                else:
                    self.assertIsNotNone(verdict, said)
                    expected = verdict.group(1)
                self.assertEqual(status, expected, said)
                words[name] = status
        self.assertEqual(words, {"rsa": "good", "delegated": "good", "revoked": "revoked",
                                 "staple-foreign": "invalid", "tls12": "good", "nginx": "good"})
        self.assertIn("keyCompromise", self.fact("revoked", "tls.staple.reason"))

    def test_tickets_and_early_data_are_those_that_s_client_gets(self):
        for name in SERVERS:
            with self.subTest(name):
                # s_client waits for tickets only while it has a request to make.
                said = subprocess.run(
                    ["openssl", "s_client", "-connect", f"127.0.0.1:{self.ports[name]}", "-servername",
                     f"{name}.certs.test", "-ign_eof", "-cipher", "DEFAULT:@SECLEVEL=0"],
                    input=b"GET / HTTP/1.0\r\n\r\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    timeout=support.DEADLINE).stdout.decode(errors="replace")
                lifetimes = list(map(int, re.findall(r"ticket lifetime hint: (\d+)", said)))
                early = list(map(int, re.findall(r"Max Early Data: (\d+)", said)))
                self.assertEqual(self.fact(name, "tls.session.tickets"), bool(lifetimes), said[-3000:])
                self.assertEqual(self.fact(name, "tls.session.ticket_lifetime"), max(lifetimes))
                self.assertEqual(self.fact(name, "tls.session.early_data"), max(early, default=0) > 0)
        self.assertTrue(self.fact("nginx-early", "tls.session.early_data"))

    def test_sslscan_sees_the_same_certificates(self):
        for name in SERVERS:
            with self.subTest(name):
                said = output("sslscan", "--xml=-", "--no-ciphersuites", "--no-groups", "--no-heartbleed",
                              "--no-renegotiation", "--no-fallback", "--no-compression", f"--sni-name={name}.certs.test",
                              f"127.0.0.1:{self.ports[name]}")
                certificate = ET.fromstring(said[said.index("<?xml"):]).find(".//certificate")
                self.assertIsNotNone(certificate, said)
                self.assertEqual(self.fact(name, "tls.certificate.signature"),
                                 certificate.findtext("signature-algorithm"))
                key = certificate.find("pk")
                self.assertEqual(self.fact(name, "tls.certificate.key_type"), key.get("type"))
                if key.get("type") == "RSA":
                    self.assertEqual(self.fact(name, "tls.certificate.key_bits"), int(key.get("bits")))
                self.assertEqual(", ".join(("IP Address:" if re.match(r"\d", one) else "DNS:") + one
                                           for one in self.fact(name, "tls.certificate.names")),
                                 certificate.findtext("altnames"))
                self.assertEqual(self.fact(name, "tls.certificate.self_signed"),
                                 certificate.findtext("self-signed") == "true")

    def test_nmap_sees_the_same_certificates(self):
        ports = ",".join(map(str, self.ports.values()))
        said = output("nmap", "-Pn", "-n", "-sT", "-p", ports, "--script", "ssl-cert", "-oX", "-", "127.0.0.1")
        names = {port: name for name, port in self.ports.items()}
        seen = set()
        for port in ET.fromstring(said[said.index("<?xml"):]).iter("port"):
            script = port.find("script[@id='ssl-cert']")
            if script is None:
                continue
            name = names[int(port.get("portid"))]
            with self.subTest(name):
                seen.add(name)
                key = script.find("table[@key='pubkey']")
                self.assertEqual(self.fact(name, "tls.certificate.key_type").lower(),
                                 key.findtext("elem[@key='type']"))
                self.assertEqual(self.fact(name, "tls.certificate.key_bits"), int(key.findtext("elem[@key='bits']")))
                self.assertEqual(self.fact(name, "tls.certificate.signature"),
                                 script.findtext("elem[@key='sig_algo']"))
                until = script.findtext("table[@key='validity']/elem[@key='notAfter']")
                self.assertEqual(self.fact(name, "tls.certificate.not_after").rstrip("Z"), until[:19])
        self.assertEqual(seen, set(SERVERS), said[-2000:])


class Timestamps(support.TestCase):
    """Against the fixture hosters, whose throw-away logs OpenSSL is told of."""

    PERSONAS = ["certificate-logged-twice", "certificate-logged-in-tls", "certificate-not-logged",
                "certificate-log-unknown", "certificate-timestamp-wrong", "exemplary"]

    def test_each_timestamp_is_what_s_client_says_of_it(self):
        for persona in self.PERSONAS:
            shutil.copy(support.PERSONAS / f"{persona}.yml", self.dir)
        for folder in ("docroot", "policies"):
            shutil.copytree(support.PERSONAS / folder, self.dir / folder)
        with support.Server(self.dir) as server:
            address = {line.split()[1]: line.split()[0] for line in server.hosts.read_text().splitlines()
                       if line and not line.startswith(("#", "::"))}
            for persona in self.PERSONAS:
                with self.subTest(persona):
                    self.compare(server, f"meet.{persona}.test", address[f"meet.{persona}.test"])

    def compare(self, server, host, address):
        self.meetlat("audit", f"https://{host}:{server.port}/", "--only", "tls", *server.network, "--run",
                     f"{host}.jsonl", "--format", "json", "--output", f"{host}.json")
        facts = {fact["path"]: fact.get("value") for record in support.json_lines(self.dir / f"{host}.jsonl")
                 for fact in record.get("evidence", [])}
        said = output("openssl", "s_client", "-connect", f"{address}:{server.port}", "-servername", host, "-CAfile",
                      server.ca, "-ct", "-ctlogfile", server.ct_logs)
        theirs = []
        for state, block in re.findall(r"SCT validation status: ([a-z ]+)\n(Signed Certificate Timestamp:.*?)\n---", said,
                                       re.S):
            log = re.search(r"^ *Log {2,}: (.+)$", block, re.M)
            theirs.append((log.group(1).strip() if log else None, state))
        self.assertEqual(int((re.findall(r"SCTs present \((\d+)\)", said) or ["0"])[0]), len(theirs))
        ours = []
        for line in facts["tls.sct.list"]:
            source, log, _, state = re.fullmatch(r"([^:]+): (.+), (\d{4}-[^,]+Z), ([a-z ]+)", line).groups()
            self.assertEqual(source, "TLS extension" if host == "meet.certificate-logged-in-tls.test" else "certificate")
            ours.append((log.split(" (")[0] if " (" in log else None, state))
        self.assertEqual(sorted(map(str, ours)), sorted(map(str, theirs)))


class Tables(support.TestCase):
    def test_a_table_of_logs_that_cannot_be_used_is_refused_before_anybody_is_contacted(self):
        broken = self.write("broken.cnf", "[unclosed\n")
        for table in (self.dir / "missing.cnf", broken):
            outcome = self.assert_code(self.meetlat("audit", "meet.nobody.invalid", "--ct-logs", table), 2)
            self.assertIn("--ct-logs", outcome.err)
            self.assertIn(str(table), outcome.err)


if __name__ == "__main__":
    unittest.main()
