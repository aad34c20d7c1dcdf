"""Servers that are set up to meet each level of the guidelines of others come out at that level, with the rules that are
shipped."""

import subprocess
import unittest

import tls_servers
from support import FAST, TestCase
from tls_servers import DOMAIN, STRONG, Servers, run

NEW = "ssl_protocols TLSv1.2 TLSv1.3;"
GROUPS = "ssl_ecdh_curve X25519:prime256v1:secp384r1;"  # Mozilla's
HSTS = 'add_header Strict-Transport-Security "max-age=63072000" always;'
DHE = "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384"
AES256 = "ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256;"
GNUTLS_DHE = ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-FFDHE3072:-CIPHER-ALL:+AES-256-GCM:"
              "-SIGN-ALL:+SIGN-RSA-SHA256")
# Server -> (NCSC-NL 2025-05, Mozilla 6.0, SSL Labs 2009r), as each of the guides has it.
LEVELS = {
    "best": ("good", "modern", "A+"),
    "short-age": ("good", "neither", "A"),  # HSTS of one day
    "aes128": ("sufficient", "modern", "A+"),
    "intermediate": ("to be phased out", "intermediate", "A+"),  # RSA 2048
    "jitsi": ("insufficient", "neither", "A+"),  # the lines of Jitsi's container: Mozilla 5.6 with ffdhe2048
    "ffdhe3072": ("to be phased out", "neither", "B"),
    "rsa-exchange": ("insufficient", "neither", "A+"),
    "only-12": ("to be phased out", "neither", "A-"),
    "cbc": ("insufficient", "neither", "B"),
    "tls-1-1": ("insufficient", "neither", "B"),
    "revoked": ("to be phased out", "intermediate", "T"),
    "another-name": ("insufficient", "neither", "M"),
    "foreign-root": ("insufficient", "neither", "T"),
}


class Guidelines(TestCase):
    @classmethod
    def setUpClass(cls):
        if missing := tls_servers.missing_programs():
            raise unittest.SkipTest(f"not installed: {', '.join(missing)}")
        cls.case = cls.for_class()
        cls.keys = tls_servers.Keys(cls.case.dir)
        cls.servers = cls.enterClassContext(Servers(cls.keys))
        cls.start_all(cls.servers, cls.keys)
        names = {name: f"{name}.{DOMAIN}" for name in cls.servers.ports} | {"another-name": "meet.another.test"}
        hosts = cls.case.write("hosts", "".join(f"127.0.0.1 {name}\n" for name in names.values()))
        outcome = cls.case.meetlat("audit", *(f"https://{names[name]}:{port}/" for name, port in cls.servers.ports.items()),
                                   "--only", "tls,http", "--tls", "full", "--format", "json", "--hosts-file", hosts,
                                   "--ca-file", cls.keys.path("ca.pem"), *FAST)
        cls.case.assert_code(outcome, 0)
        by_name = {names[name]: name for name in names}
        cls.levels = {by_name[host["host"].split(":")[0]]: {each["id"]: each for each in host["guidelines"]}
                      for host in outcome.json()["hosts"]}

    @staticmethod
    def start_all(servers, keys):
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "alone.key", "-out", "alone.pem", "-days",
            "20", "-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:*.{DOMAIN}", folder=keys.folder)
        run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "dh_param:ffdhe2048", "-out", "ffdhe2048.pem",
            folder=keys.folder)
        ffdhe2048 = f"ssl_dhparam {keys.path('ffdhe2048.pem')};"
        servers.nginx("best", "ssl_protocols TLSv1.3;", AES256, GROUPS, HSTS, certs=("ec",))
        servers.nginx("short-age", "ssl_protocols TLSv1.3;", AES256, GROUPS,
                      'add_header Strict-Transport-Security "max-age=86400" always;', certs=("ec",))
        servers.nginx("aes128", "ssl_protocols TLSv1.3;", GROUPS, HSTS, certs=("ec",))
        strong = (NEW, f"ssl_ciphers {STRONG};", GROUPS, HSTS)
        servers.nginx("intermediate", *strong)
        servers.nginx("another-name", *strong)
        servers.nginx("foreign-root", *strong, certs=("alone",))
        servers.nginx("revoked", *strong, "ssl_stapling on;", f"ssl_stapling_file {Guidelines.revocation(keys)};")
        servers.nginx("jitsi", NEW, f"ssl_ciphers {STRONG}:{DHE};", ffdhe2048, "ssl_session_tickets off;", HSTS)
        servers.nginx("rsa-exchange", NEW, f"ssl_ciphers {STRONG}:AES256-GCM-SHA384;", GROUPS, HSTS)
        servers.nginx("only-12", "ssl_protocols TLSv1.2;", f"ssl_ciphers {STRONG};", GROUPS, HSTS)
        servers.nginx("cbc", "ssl_protocols TLSv1.2;", "ssl_ciphers ECDHE-RSA-AES128-SHA;", GROUPS, HSTS)
        servers.nginx("tls-1-1", "ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3;", f"ssl_ciphers {STRONG}:AES128-SHA:@SECLEVEL=0;",
                      GROUPS, HSTS)
        servers.gnutls("ffdhe3072", GNUTLS_DHE)

    @staticmethod
    def revocation(keys):
        """What a responder of the CA says of the RSA certificate: revoked."""
        serial = run("openssl", "x509", "-in", "rsa.pem", "-noout", "-serial", folder=keys.folder).strip().split("=")[1]
        (keys.folder / "index.txt").write_text(f"R\t491231235959Z\t250101000000Z\t{serial}\tunknown\t/CN={DOMAIN}\n")
        run("openssl", "ocsp", "-issuer", "ca.pem", "-cert", "rsa.pem", "-no_nonce", "-reqout", "request.der",
            folder=keys.folder)
        subprocess.run(["openssl", "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key",
                        "-reqin", "request.der", "-ndays", "5", "-respout", "revoked.der"], cwd=keys.folder, check=True,
                       capture_output=True, stdin=subprocess.DEVNULL)
        return keys.path("revoked.der")

    def test_each_server_comes_out_at_the_level_that_it_was_set_up_for(self):
        self.assertEqual(self.levels.keys(), LEVELS.keys())
        for name, wanted in LEVELS.items():
            for guideline, level in zip(("ncsc-nl-2025-05", "mozilla-6-0", "ssl-labs-2009r"), wanted, strict=True):
                with self.subTest(f"{name}: {guideline}"):
                    found = self.levels[name][guideline]
                    self.assertEqual((found["best"], found["worst"]), (level, level), found["items"])

    def test_every_level_that_can_be_shown_is_met(self):
        self.assertEqual({levels[0] for levels in LEVELS.values()}, {"good", "sufficient", "to be phased out", "insufficient"})
        self.assertEqual({levels[1] for levels in LEVELS.values()}, {"modern", "intermediate", "neither"})


if __name__ == "__main__":
    unittest.main()
