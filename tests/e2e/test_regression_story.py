#!/usr/bin/env python3
"""Three weeks of a list keeper: hosts that get worse, better, vanish and publish a policy; a waiver, until it expires."""

import datetime
import shutil
import unittest

import yaml

import support

NO_POLICY = {"policy": {"at": "none"}, "jitsi": {"config": {"legalUrls": None}}}
WORSE, FINDER, FIXED, GONE, UNLISTED = "policy-unlinked", "policy-dutch", "google-stun", "policy-french", "policy-german"
BASE = "exemplary"  # what the others extend
LATER = str(datetime.date.today() + datetime.timedelta(days=300))


class RegressionStory(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.for_class()
        cls.port = 0
        cls.first = cls.measure(case, "week1.jsonl", [WORSE, FINDER, FIXED, GONE, UNLISTED], {FINDER: NO_POLICY})
        cls.second = cls.measure(case, "week2.jsonl", [WORSE, FINDER, FIXED, GONE], {WORSE: NO_POLICY}, vanished=GONE)
        cls.third = cls.measure(case, "week3.jsonl", [WORSE, FINDER, FIXED],
                                {WORSE: NO_POLICY, FIXED: {"jitsi": {"config": {"p2p": {"stunServers": []}}}}})
        cls.host = {name: f"meet.{name}.test:{cls.port}" for name in (WORSE, FINDER, FIXED, GONE, UNLISTED)}

    @classmethod
    def measure(cls, case, name, listed, changes, vanished=None):
        folder = case.dir / (name + ".personas")
        support.copy_personas(folder, {BASE, WORSE, FINDER, FIXED, GONE, UNLISTED} - {vanished})
        for persona, change in changes.items():
            file = folder / f"{persona}.yml"
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
            file.write_text(yaml.safe_dump(merged(content, change)), encoding="utf-8")
        run = case.dir / name
        with support.Server(folder, port=cls.port) as server:
            cls.port = server.port
            hosts = case.write("list.txt", "".join(f"https://meet.{each}.test:{cls.port}/\n" for each in listed))
            case.assert_code(case.meetlat(*server.rank("--run", run, "--quiet", hosters=hosts)), 0)
        return run

    def gate(self, run, *arguments, code):
        return self.assert_code(self.meetlat("report", run, "--baseline", "baseline.json", "--format", "json",
                                             "--output", "out.json", *arguments), code).err

    def categories(self, base, head):
        """The changes of each host: category -> hosts."""
        changes = self.assert_code(self.meetlat("diff", base, head, "--format", "json"), 0).json()["changes"]
        out = {}
        for change in changes:
            out.setdefault(change["category"], set()).add(change["host"])
        return out

    def waive(self, until):
        """As an administrator would, but with a last day that may be over."""
        self.write(".config/meetlat/review.yml", yaml.safe_dump({"schema": "meetlat-review/1", "records": [
            {"id": "moving", "kind": "waiver", "host": self.host[WORSE], "item": "*", "by": "list keeper",
             "reason": "the page is being moved", "date": "2020-01-01", "until": until}]}))

    def test_three_weeks(self):
        self.assert_code(self.meetlat("baseline", self.first, "-o", "baseline.json"), 0)
        self.assertEqual(self.gate(self.first, code=0), "")

        # The second week: one got worse, which alone fails; another one published a policy, two are not there any more.
        said = self.gate(self.second, code=1)
        self.assertIn("gate --baseline failed", said)
        self.assertIn(f"{self.host[WORSE]}: A became", said)
        for name in (FINDER, FIXED, GONE, UNLISTED):
            self.assertNotIn(f"{self.host[name]}: ", said)
        self.assertIn("1 host(s) of the baseline could not be measured now", said)
        seen = self.categories(self.first, self.second)
        self.assertIn(self.host[WORSE], seen["worse"] & seen["new"])
        self.assertIn(self.host[FINDER], seen["better"] & seen["fixed"])
        self.assertEqual(seen["host-gone"], {self.host[UNLISTED]})
        self.assertIn(self.host[GONE], seen["not-measured"])
        for category in ("waived", "waiver-expired"):
            self.assertNotIn(category, seen)
        updates = self.assert_code(self.meetlat("diff", self.first, self.second, "--format", "updates"), 0).out
        self.assertIn(f"{self.host[FINDER]}: published a privacy policy", updates)

        # A waiver: the report says the same, the gate passes and says so.
        letter = support.hosts_of(self.report(self.second))[self.host[WORSE]]["grade"]
        self.waive((datetime.date.today() + datetime.timedelta(days=30)).isoformat())
        said = self.gate(self.second, code=0)
        self.assertRegex(said, r"\d+ findings waived, and counted as passed")
        host = support.hosts_of(self.report(self.second))[self.host[WORSE]]
        self.assertEqual(host["grade"], letter)
        self.assertEqual({(note["kind"], note["state"]) for note in host["notes"]}, {("waiver", "holds")})
        self.assertEqual(self.categories(self.first, self.second)["waived"], {self.host[WORSE]})

        # The third week: another one is fixed; the waiver is over, which fails with a message of its own.
        self.waive("2026-01-31")
        said = self.gate(self.third, code=1)
        self.assertIn("gate waiver expired failed", said)
        self.assertIn("the waiver expired on 2026-01-31 (list keeper): the page is being moved [moving]", said)
        seen = self.categories(self.second, self.third)
        self.assertEqual(seen["waiver-expired"], {self.host[WORSE]})
        self.assertIn(self.host[FIXED], seen["fixed"])
        self.assertNotIn("worse", seen)

        # Accepting what is there is a command of its own, and the waiver has to go.
        self.assert_code(self.meetlat("baseline", self.third, "-o", "baseline.json"), 0)
        self.assertIn("gate waiver expired failed", self.gate(self.third, code=1))
        self.assert_code(self.meetlat("review", "remove", "moving"), 0)
        self.assertEqual(self.gate(self.third, code=0), "")

    def test_waiver_that_nothing_needs_is_named_and_no_other(self):
        self.assert_code(self.meetlat("baseline", self.first, "-o", "baseline.json"), 0)
        add = ["review", "waive", "--reason", "late", "--until", LATER, "--host"]
        self.assert_code(self.meetlat(*add, self.host[FIXED], "--item", "privacy-policy-published"), 0)  # passes
        self.assert_code(self.meetlat(*add, self.host[FIXED], "--item", "no-third-party-ice"), 0)  # is needed
        self.assert_code(self.meetlat(*add, "other.example.org", "--item", "privacy-policy-published"), 0)  # not asked
        self.assert_code(self.meetlat(*add, "*.test", "--item", "certificate-trusted"), 0)  # may be about others
        said = self.gate(self.first, code=0)
        warnings = [line for line in said.splitlines() if "warning" in line]
        self.assertEqual(len(warnings), 1, said)
        self.assertIn(f"({self.host[FIXED]}, privacy-policy-published) is unused", warnings[0])
        # Asked for a whole Run, the pattern is named too.
        said = self.assert_code(self.meetlat("review", "check", "--run", self.first), 0).err
        self.assertIn("(*.test, certificate-trusted) is unused", said)

    def report(self, run):
        return self.assert_code(self.meetlat("report", run, "--format", "json"), 0).json()


def merged(content, change):
    """`change` laid over `content`; None takes a member away."""
    out = dict(content)
    for key, value in change.items():
        if isinstance(value, dict) and key != "policy":
            out[key] = merged(out.get(key) or {}, value)
        else:
            out[key] = value
    return out


if __name__ == "__main__":
    unittest.main()
