#!/usr/bin/env python3
"""What an audit says of a web server's headers: each rule's hoster fails it, and one with every header passes all."""

import unittest

import yaml

import support

RULES = ["csp-limits-scripts", "media-limited-to-page", "versions-not-shown", "headers-on-every-file",
         "security-txt-valid", "nosniff-set", "referrer-policy-set", "hsts-enabled", "cookies-secure"]


class Http(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.for_class()
        cls.personas = {rule: yaml.safe_load((support.TOP / "rules" / "transport" / f"{rule}.yml").read_text())["persona"]
                        for rule in RULES}
        folder = support.copy_personas(case.dir / "personas", {"exemplary", "hardened-headers", *cls.personas.values()})
        log = case.dir / "requests"
        listed = case.write("hsts.txt", "# one domain a line\nhardened-headers.test\n")
        with support.Server(folder, "--log", log) as server:
            outcome = case.meetlat(*server.rank("--run", "run.jsonl", "--format", "json", "--hsts-preload-list", listed,
                                               hosters=server.list))
        case.assert_code(outcome, 0)
        cls.requests = [line.split() for line in log.read_text().splitlines()]
        cls.outcomes = {host.split(":")[0].split(".")[1]: {finding["rule"]: finding["outcome"]
                                                           for finding in report["findings"]}
                        for host, report in support.hosts_of(outcome.json()).items()}
        cls.facts = {record["host"].split(":")[0].split(".")[1]: {
            fact["path"]: fact.get("value") for fact in record["evidence"] if fact["path"].startswith("http.")}
            for record in support.json_lines(case.dir / "run.jsonl") if "evidence" in record}

    def test_each_rules_persona_fails_it(self):
        for rule, persona in self.personas.items():
            with self.subTest(rule):
                self.assertEqual(self.outcomes[persona][rule], "fail")

    def test_a_hoster_with_every_header_passes_all(self):
        outcomes = self.outcomes["hardened-headers"]
        self.assertEqual({rule: outcomes[rule] for rule in RULES}, dict.fromkeys(RULES, "pass"))

    def test_headers_are_read_as_browsers_read_them(self):
        hard = self.facts["hardened-headers"]
        self.assertEqual(hard["http.csp.scripts"], "inline")
        self.assertEqual(hard["http.framing"], "same-origin")
        self.assertEqual(hard["http.permissions.camera"], "self")
        self.assertEqual(hard["http.coop"], "same-origin-allow-popups")
        self.assertIs(hard["http.hsts.preload"], True)
        self.assertIs(hard["http.http3"], True)
        self.assertIs(hard["http.hsts.preloaded"], True)
        self.assertIs(self.facts["exemplary"]["http.hsts.preloaded"], False)
        every = self.facts["media-unlimited"]
        self.assertEqual([every[f"http.permissions.{what}"] for what in ("camera", "microphone", "display_capture")],
                         ["everybody", "others", "nobody"])
        self.assertEqual(self.facts["versions-shown"]["http.versions_shown"],
                         ["server: nginx/1.18.0 (Ubuntu)", "x-powered-by: PHP/8.1.2"])
        self.assertEqual(self.facts["headers-lost"]["http.headers_lost"],
                         ["strict-transport-security", "x-content-type-options"])
        self.assertEqual(self.facts["exemplary"]["http.security_txt.expires"], "2099-01-01")

    def test_one_request_more_and_none_twice(self):
        for persona in ("exemplary", "hardened-headers"):
            paths = [(scheme, path) for _, _, host, scheme, method, path, *_ in self.requests
                     if host.split(":")[0] == f"meet.{persona}.test" and method == "GET"]
            self.assertEqual(paths.count(("https", "/.well-known/security.txt")), 1)
            self.assertEqual(len(paths), len(set(paths)), sorted(paths))

    def test_a_list_that_is_none_is_refused(self):
        for file in ("missing.json", self.write("empty.txt", "# nothing\n")):
            outcome = self.meetlat("audit", "https://meet.exemplary.test/", "--hsts-preload-list", file)
            self.assert_code(outcome, 2)
            self.assertIn("--hsts-preload-list", outcome.err)


if __name__ == "__main__":
    unittest.main()
