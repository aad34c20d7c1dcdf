#!/usr/bin/env python3
"""Every bundled fixture hoster gets the status, letter and main reason that its file promises, and a crawl contacts
nothing but the addresses of the hosts file."""

import json
import re
import unittest

import jsonschema
import yaml

import support

ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
PORT = re.compile(r"sin6?_port=htons\((\d+)\)")
LOCAL = re.compile(r"sa_family=AF_(UNIX|LOCAL|NETLINK|UNSPEC)\b")


def shown(fact):
    """The value of a fact as persona files write it; "" when it was not measured, "none" for an empty list."""
    value = fact.get("value", "")
    if isinstance(value, bool):
        return str(value).lower()
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)


class Personas(support.TestCase):
    @classmethod
    def setUpClass(cls):
        """One crawl of all of them, under strace."""
        super().setUpClass()
        case = cls.for_class()
        trace = case.dir / "trace"
        strace = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "signal=none",
                  "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", trace]
        with support.Server(port=None) as server:
            cls.outcome = case.meetlat(*server.rank("--run", "run.jsonl", "--format", "json", hosters=server.list),
                                       wrapper=strace)
            cls.addresses = server.addresses()
            cls.listed = len(server.ids())
        case.assert_code(cls.outcome, 0)
        cls.trace = trace.read_text()
        cls.report = cls.outcome.json()
        cls.facts = {}
        for record in support.json_lines(case.dir / "run.jsonl"):
            facts = cls.facts.setdefault(record.get("host", ""), {})
            for fact in record.get("evidence", []):
                if not fact.get("subject", {}).get("name"):
                    facts[fact["path"]] = fact
                elif fact["path"].startswith("tls."):  # about the one address that was asked
                    facts.setdefault(fact["path"], fact)
        cls.hosts = {persona: host for persona in support.load_personas() if (host := cls.host_of(persona))}

    @classmethod
    def host_of(cls, persona):
        """The report of meet.<persona>.test, or None."""
        for name, host in support.hosts_of(cls.report).items():
            if name.split(":")[0].split("/")[0] == f"meet.{persona}.test":
                return host
        return None

    def test_every_persona_is_in_the_ranking(self):
        self.assertEqual(self.hosts.keys(), support.load_personas().keys())
        self.assertEqual(len(support.hosts_of(self.report)), self.listed)

    def test_each_gets_the_status_that_its_file_promises(self):
        for name, persona in support.load_personas().items():
            with self.subTest(name):
                host = self.hosts[name]
                self.assertEqual(host["status"], persona["expect"]["status"], host["status_reason"])

    def test_each_gets_the_letter_that_its_file_promises(self):
        for name, persona in support.load_personas().items():
            with self.subTest(name):
                host = self.hosts[name]
                self.assertEqual(host["grade"] or "", persona["expect"].get("letter") or "",
                                 [host[key] for key in ("range", "main_reason", "not_graded_reason", "caps")])

    def test_each_gets_the_main_reason_that_its_file_promises(self):
        for name, persona in support.load_personas().items():
            with self.subTest(name):
                host = self.hosts[name]
                reasons = [host[key] for key in ("main_reason", "not_graded_reason", "status_reason")]
                if wanted := persona["expect"].get("main_reason_contains"):
                    self.assertIn(wanted.lower(), " | ".join(filter(None, reasons)).lower())

    def test_each_has_the_facts_that_its_file_promises(self):
        checked = 0
        for name, persona in support.load_personas().items():
            facts = self.facts.get(self.hosts[name]["host"], {})
            for path, wanted in persona["expect"].get("facts", {}).items():
                with self.subTest(f"{name}: {path}"):
                    self.assertIn(path, facts)
                    trail = facts["policy.search.trail"].get("value")
                    self.assertEqual(shown(facts[path]), shown({"value": wanted}), [facts[path], trail])
                    checked += 1
        self.assertGreater(checked, 100)

    def test_each_rule_about_transport_is_failed_by_the_persona_that_it_names(self):
        checked = 0
        for file in sorted((support.TOP / "rules/transport").glob("*.yml")):
            rule = yaml.safe_load(file.read_text())
            with self.subTest(rule["id"]):
                outcomes = {finding["rule"]: finding["outcome"] for finding in self.hosts[rule["persona"]]["findings"]}
                self.assertEqual(outcomes[rule["id"]], "fail", rule["persona"])
                checked += 1
        self.assertGreater(checked, 30)

    def test_policies_are_found_by_every_step_of_the_search(self):
        steps = {shown(facts["policy.found_by"]) for facts in self.facts.values() if "policy.found_by" in facts}
        self.assertLessEqual({"config", "link", "template", "static-file", "manifest", "path", "parent", "imprint",
                              "off-domain"}, steps)

    def test_report_obeys_the_published_schema(self):
        schema = json.loads(support.SCHEMA.read_text(encoding="utf-8"))
        kind = jsonschema.validators.validator_for(schema)
        kind.check_schema(schema)
        errors = [f"{list(error.absolute_path)}: {error.message[:300]}"
                  for error in kind(schema).iter_errors(self.report)]
        self.assertEqual(errors, [])

    def test_schema_is_strict_enough_to_refuse_a_report_without_its_hosts(self):
        schema = json.loads(support.SCHEMA.read_text(encoding="utf-8"))
        broken = {key: value for key, value in self.report.items() if key != "hosts"}
        self.assertFalse(jsonschema.validators.validator_for(schema)(schema).is_valid(broken))

    def test_only_addresses_of_the_hosts_file_are_contacted(self):
        contacted = set()
        for line in self.trace.splitlines():
            if "sa_family=" not in line or LOCAL.search(line):
                continue
            found = ADDRESS.findall(line)
            self.assertTrue(found, f"an address that this test cannot read: {line}")
            contacted.update(v4 or v6 for v4, v6 in found)
            self.assertNotIn("53", PORT.findall(line), f"a DNS packet: {line}")
        self.assertTrue(contacted, "the trace has no connection at all")
        self.assertLessEqual(contacted, self.addresses)


if __name__ == "__main__":
    unittest.main()
