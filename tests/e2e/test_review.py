#!/usr/bin/env python3
"""Reviews of findings: confirmed, excused, withheld; what may be published; the walk on a terminal."""

import json
import os
import pty
import select
import time
import unittest

import support

HOST, CALM, SECRET = "no-policy", "exemplary", "google-stun"
RULE = "no-third-party-stun"  # that SECRET fails


class Review(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.for_class()
        cls.run_file = case.dir / "run.jsonl"
        folder = support.copy_personas(case.dir / "personas", [HOST, CALM, SECRET])
        with support.Server(folder) as server:
            case.assert_code(case.meetlat(*server.rank("--run", cls.run_file, "--quiet", hosters=server.list)), 0)
            cls.host, cls.calm, cls.secret = (f"meet.{name}.test:{server.port}" for name in (HOST, CALM, SECRET))

    def report(self, *arguments, code=0):
        return self.assert_code(self.meetlat("report", self.run_file, *arguments), code)

    def hosts(self, *arguments):
        return support.hosts_of(self.report("--format", "json", *arguments).json())

    def review(self, *arguments, code=0):
        return self.assert_code(self.meetlat("review", *arguments), code)

    def confirm(self, host, rule):
        self.review("confirm", "--run", self.run_file, "--host", host, "--item", rule, "--reason", "read by two people")

    def confirm_all(self, hosts):
        """All that stands behind a cap, as --publishable names it."""
        for line in self.report("--publishable", code=1).err.splitlines():
            if "nobody confirmed " not in line:
                continue
            host = line.strip().split(": ")[0]
            if host in hosts:
                for rule in line.split("nobody confirmed ")[1].split(", "):
                    if (host, rule) not in self.done:
                        self.done.add((host, rule))
                        self.confirm(host, rule)

    def setUp(self):
        super().setUp()
        self.done = set()

    def test_nothing_is_published_before_a_person_confirmed_every_cap(self):
        written = ["--report", "markdown=out.md", "--report", "csv=out.csv"]
        said = self.report("--publishable", *written, code=1).err
        self.assertIn(f"{self.host}: not better than C, since no own policy found", said)
        self.assertNotIn(f"  {self.calm}: ", said)
        self.assertFalse((self.dir / "out.md").exists())
        self.assertTrue((self.dir / "out.csv").exists(), "csv is not for publication")
        self.assertTrue(self.report(*written).code == 0 and (self.dir / "out.md").exists(), "only when asked for")
        self.confirm_all({self.host, self.secret})
        (self.dir / "out.md").unlink()
        self.report("--publishable", *written)
        self.assertTrue((self.dir / "out.md").exists())
        caps = self.hosts()[self.host]["caps"]
        self.assertTrue(caps)
        for cap in caps:
            self.assertRegex(cap["confirmation"], r"^confirmed by a person \(\d{4}-\d\d-\d\d\)$")

    def test_confirmation_is_of_what_the_person_saw(self):
        self.confirm(self.secret, RULE)
        facts = next(finding["facts"] for finding in self.hosts()[self.secret]["findings"] if finding["rule"] == RULE)
        records = support.json_lines(self.run_file)
        for record in records:
            for fact in record["evidence"] if record.get("host") == self.secret else ():
                if fact["path"] in facts and isinstance(fact.get("value"), list):
                    fact["value"].append("stun.another.test")  # the rule fails as before, by more
        other = self.write("other.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        later = support.hosts_of(self.assert_code(self.meetlat("report", other, "--format", "json"), 0).json())
        self.assertEqual([note["state"] for note in later[self.secret]["notes"]], ["stale"])
        self.assertEqual([note["state"] for note in self.hosts()[self.secret]["notes"]], ["holds"])

    def test_digest_shows_that_a_report_is_about_a_run(self):
        first, second = self.hosts(), self.hosts("--host", self.host)
        self.assertRegex(first[self.host]["evidence_sha256"], "^[0-9a-f]{64}$")
        self.assertEqual(first[self.host]["evidence_sha256"], second[self.host]["evidence_sha256"])
        self.assertNotEqual(first[self.host]["evidence_sha256"], first[self.calm]["evidence_sha256"])
        self.write("published.json", self.report("--format", "json").out)
        again = self.assert_code(self.meetlat("rank", "--from", "published.json", "--format", "text"), 0).out
        self.assertIn("Evidence: sha256 " + first[self.host]["evidence_sha256"], again)

    def test_excuse_stands_beside_the_finding_everywhere(self):
        self.review("excuse", "--host", self.host, "--item", "privacy-policy-published", "--reason",
                    "The policy hangs in the entrance hall")
        before, after = self.hosts("--reviews", "/dev/null")[self.host], self.hosts()[self.host]
        self.assertEqual(before["grade"], after["grade"])
        self.assertEqual([note["kind"] for note in after["notes"]], ["excuse"])
        for form in ("text", "markdown", "html", "csv"):
            with self.subTest(form):
                self.assertIn("hangs in the entrance hall", self.report("--format", form).out)

    def test_embargo_keeps_a_finding_and_what_it_rests_on_out_of_public_forms(self):
        self.assertIn("google", self.report("--format", "markdown").out.lower())
        self.review("embargo", "--host", self.secret, "--item", "*third-part*", "--reason", "is being mended", "--until",
                    "2999-01-31")
        for form in ("markdown", "html"):
            text = self.report("--format", form, "--host", self.secret).out
            self.assertNotIn(RULE, text)
            self.assertNotIn("is being mended", text)
            self.assertNotIn("google.com", text)
        text = self.report("--format", "text", "--host", self.secret).out
        self.assertIn("not for publication until 2999-01-31 is over: is being mended", text)

    def test_waived_finding_is_marked_for_ci(self):
        self.review("waive", "--host", self.host, "--item", "privacy-policy-published", "--reason", "being written",
                    "--until", "2999-01-31", "--by", "administrator")
        said = "waived until 2999-01-31 (administrator): being written"
        junit = self.report("--format", "junit", "--host", self.host).out
        self.assertIn(f'<skipped message="{said}"', junit)
        results = self.report("--format", "sarif", "--host", self.host).out
        self.assertIn(said, results)
        self.assertIn('"suppressions"', results)
        for found in self.report("--format", "gitlab", "--host", self.host).out, :
            self.assertNotIn('"privacy-policy-published"', found)
        self.assertNotIn(said, self.report("--format", "markdown", "--host", self.host).out)

    def test_wrong_records_are_refused_with_advice(self):
        for arguments, words in [
                (["waive", "--host", self.host, "--item", "x", "--reason", "r"], "--until"),
                (["waive", "--host", self.host, "--item", "no-such-rule", "--reason", "r", "--until", "2999-01-01"],
                 "names no rule"),
                (["waive", "--host", self.host, "--item", "*", "--reason", "r", "--until", "2020-01-01"], "over already"),
                (["embargo", "--host", "*.test", "--item", "no-third-party-ice", "--reason", "r", "--until", "2999-01-01"],
                 "is no host"),
                (["confirm", "--run", self.run_file, "--host", "other.test", "--item", "x", "--reason", "r"],
                 "holds no other.test"),
                (["confirm", "--run", self.run_file, "--host", self.host, "--item", "x", "--reason", "r"],
                 "has no finding 'x'"),
                ([self.run_file], "standard input is no terminal"),
                ([], "wants a RUN or a subcommand")]:
            with self.subTest(arguments):
                self.assertIn(words, self.review(*arguments, code=2).err)
        self.assertFalse((self.dir / ".config/meetlat/review.yml").exists())

    def test_walk_on_a_terminal(self):
        """Confirms the first, is wrong once, excuses the second, leaves: what was answered is in the file."""
        terminal, child = pty.openpty()
        process = self.start("review", self.run_file, stdin=child, stdout=child, stderr=child)
        os.close(child)
        seen = ""

        def wait_for(words):
            nonlocal seen
            end = time.monotonic() + support.DEADLINE
            while words not in seen:
                if time.monotonic() > end:
                    self.fail(f"'{words}' was not asked:\n{seen}")
                if select.select([terminal], [], [], 0.2)[0]:
                    seen += os.read(terminal, 65536).decode(errors="replace")
            seen = seen[seen.index(words) + len(words):]

        def answer(text):
            os.write(terminal, text.encode() + b"\n")

        wait_for("q quit > ")
        answer("x")
        wait_for("One letter")
        wait_for("q quit > ")
        answer("w")
        wait_for("everybody to read: ")
        answer("soon")
        wait_for("may be empty): ")
        answer("")
        wait_for("last day (YYYY-MM-DD): ")
        answer("tomorrow")
        wait_for("Not recorded: 'until' shall be YYYY-MM-DD")
        wait_for("q quit > ")
        answer("c")
        wait_for("everybody to read: ")
        answer("I read all its pages")
        wait_for("may be empty): ")
        answer("")
        wait_for("added ")
        wait_for("q quit > ")
        answer("q")
        wait_for("answered; the records are in")
        self.assertEqual(process.wait(support.DEADLINE), 0)
        os.close(terminal)
        listed = self.review("list").out
        self.assertIn("I read all its pages", listed)
        self.assertNotIn("soon", listed)


if __name__ == "__main__":
    unittest.main()
