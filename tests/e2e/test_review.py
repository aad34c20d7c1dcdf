#!/usr/bin/env python3
"""Reviews of findings: confirmed, excused, withheld; what may be published; the walk on a terminal."""

import datetime
import json
import os
import pty
import select
import signal
import time
import unittest

import support

HOST, CALM, SECRET = "no-policy", "exemplary", "google-stun"
LIAR = "policy-contradicts-google"  # says that no third party gets anything
RULE = "no-third-party-stun"  # that SECRET fails
LATER = str(datetime.date.today() + datetime.timedelta(days=300))


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
                    LATER)
        for form in ("markdown", "html"):
            text = self.report("--format", form, "--host", self.secret).out
            self.assertNotIn(RULE, text)
            self.assertNotIn("is being mended", text)
            self.assertNotIn("google.com", text)
        text = self.report("--format", "text", "--host", self.secret).out
        self.assertIn(f"not for publication until {LATER} is over: is being mended", text)

    def test_waived_finding_is_marked_for_ci(self):
        self.review("waive", "--host", self.host, "--item", "privacy-policy-published", "--reason", "being written",
                    "--until", LATER, "--by", "administrator")
        said = f"waived until {LATER} (administrator): being written"
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

    def test_what_nobody_could_mean_is_refused(self):
        tomorrow = str(datetime.date.today() + datetime.timedelta(days=1))
        far = str(datetime.date.today() + datetime.timedelta(days=3 * 366))
        fact = ["add", "--host", self.host, "--reason", "r", "--item"]
        waive = ["waive", "--reason", "r", "--host"]
        for arguments, words in [
                ([*fact, "policy.url", "--value", "javascript:alert(1)"], "http or https URL"),
                ([*fact, "jitsi.build.age_days", "--value=-5"], "a whole number, 0 or more"),
                ([*fact, "xmpp.ice.contacted_third_party", "--value", ""], "the word none"),
                ([*waive, "*", "--item", "*", "--until", LATER], "everything for everybody"),
                ([*waive, self.host, "--item", "*", "--until", far], "within 2 years"),
                ([*waive, self.host, "--item", "*", "--until", "2026-02-30"], "there is no day 2026-02-30"),
                ([*waive, self.host, "--item", "*", "--until", "soon"], "YYYY-MM-DD"),
                (["excuse", "--host", self.host, "--item", RULE, "--reason", "r", "--date", tomorrow], "in the future"),
                ([*fact, "policy.own", "--value", "yes", "--reviews", "nowhere/new.yml"], "there is no folder nowhere")]:
            with self.subTest(arguments):
                self.assertIn(words, self.review(*arguments, code=2).err)
        self.assertFalse((self.dir / ".config/meetlat/review.yml").exists())
        self.assertFalse((self.dir / "nowhere").exists())

    def test_nobody_but_the_operator_is_taken_for_the_operator(self):
        self.review("add", "--host", self.host, "--item", "policy.own", "--value", "yes", "--reason", "it hangs there")
        self.review("add", "--host", self.secret, "--item", "policy.own", "--value", "no", "--reason", "it is not theirs",
                    "--by", "operator")
        self.confirm(self.secret, RULE)
        text = self.report("--format", "text", "--columns", "200").out
        self.assertRegex(text, r"corrected on \S+ by the reviewer: it hangs there")
        self.assertRegex(text, r"corrected on \S+ at the operator's request: it is not theirs")
        self.assertRegex(text, r"confirmed on \S+ by the reviewer: read by two people")
        self.assertNotIn("ON REQUEST", text)

    def test_a_new_file_is_begun_and_leaves_no_lock(self):
        said = self.review("confirm", "--run", self.run_file, "--host", self.secret, "--item", RULE, "--reason", "r",
                           "--reviews", "new.yml").err
        self.assertIn("new.yml is new", said)
        self.assertEqual(sorted(path.name for path in self.dir.iterdir()), ["new.yml"])

    def test_a_host_is_found_without_its_port(self):
        bare = self.host.split(":")[0]
        self.assertEqual(list(self.hosts("--host", bare)), [self.host])
        added = self.review("confirm", "--run", self.run_file, "--host", bare, "--item", "privacy-policy-published",
                            "--reason", "r").out
        self.assertIn(f"{self.host}: confirmed", added)
        self.assertIn("holds no other.test", self.report("--host", "other.test", code=2).err)

    def test_advice_after_publishable_is_what_to_type(self):
        self.write("my reviews.yml", "")
        said = self.report("--publishable", "--rejudge", "--reviews", "my reviews.yml", code=1).err
        self.assertIn(f"meetlat review {self.run_file} --rejudge --reviews 'my reviews.yml'\n", said)

    def test_check_names_what_is_over_and_what_would_not_be_taken(self):
        record = "  - {{id: {}, host: {}, item: '{}', reason: r, {}}}\n"
        self.write("old.yml", "schema: meetlat-review/1\nrecords:\n" + record.format(
            "w1", "a.test", RULE, "kind: waiver, date: '2020-01-01', until: '2020-02-01'") + record.format(
                "e1", "a.test", RULE, "kind: embargo, date: '2020-01-01', until: '2020-02-01'") + record.format(
                    "w2", "'*'", "*", f"kind: waiver, date: '2020-01-01', until: '{LATER}'") + record.format(
                        "x1", "a.test", RULE, "kind: excuse, date: '2999-01-01'"))
        checked = self.review("check", "old.yml")
        for words in ("review w1 (a.test, no-third-party-stun) expired on 2020-02-01: gates fail",
                      "review e1 (a.test, no-third-party-stun) expired on 2020-02-01", "review w2", "review x1"):
            self.assertIn(words, checked.err)
        self.assertIn("4 warning(s)", checked.out)

    def test_opted_out_host_is_in_no_export(self):
        self.assert_code(self.meetlat("history", "import", self.run_file, "--history", "h.db"), 0)
        before = self.assert_code(self.meetlat("history", "export", "--history", "h.db"), 0).json()
        texts = {host["host"]: {sight["policy"]["sha256"] for sight in host["sights"] if "sha256" in sight.get("policy", {})}
                 for host in before["hosts"]}
        gone = next(host for host, digests in texts.items()
                    if digests - set().union(*(other for name, other in texts.items() if name != host)))
        self.review("opt-out", gone.split(":")[0], "--reason", "asked")
        after = self.assert_code(self.meetlat("history", "export", "--history", "h.db"), 0)
        self.assertNotIn(gone, after.out)
        left = set().union(*(digests for host, digests in texts.items() if host != gone))
        self.assertEqual(set(after.json()["policies"]), left)


class Walk(support.TestCase):
    """meetlat review RUN, as a person uses it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.for_class()
        cls.run_file = case.dir / "run.jsonl"
        folder = support.copy_personas(case.dir / "personas", [HOST, CALM, LIAR])
        with support.Server(folder) as server:
            case.assert_code(case.meetlat(*server.rank("--run", cls.run_file, "--quiet", hosters=server.list)), 0)

    def begin(self):
        self.terminal, child = pty.openpty()
        self.addCleanup(os.close, self.terminal)
        self.process = self.start("review", self.run_file, stdin=child, stdout=child, stderr=child)
        os.close(child)
        self.seen = ""

    def wait_for(self, words):
        end = time.monotonic() + support.DEADLINE
        while words not in self.seen:
            if time.monotonic() > end:
                self.fail(f"'{words}' was not said:\n{self.seen}")
            if select.select([self.terminal], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.terminal, 65536).decode(errors="replace")
                except OSError:
                    self.fail(f"it ended without '{words}':\n{self.seen}")
        before, self.seen = self.seen.split(words, 1)
        return before

    def talk(self, *lines):
        """Pairs of what is asked and what is answered."""
        for asked, answer in lines:
            self.wait_for(asked)
            os.write(self.terminal, answer.encode() + b"\n")

    def ends(self, code=0):
        self.assertEqual(self.process.wait(support.DEADLINE), code)

    def listed(self):
        return self.assert_code(self.meetlat("review", "list"), 0).out

    def test_what_was_typed_wrongly_is_asked_again(self):
        self.begin()
        self.talk(("q quit > ", "x"), ("One letter", ""))
        self.wait_for("Skipped.")
        self.talk(("q quit > ", "w"), ("everybody to read: ", "soon"), ("may be empty): ", "nowhere"),
                  ("once more", "https://example.test/why"), ("last day (YYYY-MM-DD): ", "tomorrow"),
                  ("shall be YYYY-MM-DD; once more", "2027-02-30"), ("there is no day 2027-02-30", LATER),
                  ("Enter: reviewer): ", "operator"))
        self.wait_for("added ")
        self.ends_by("q")
        self.assertRegex(self.listed(), rf"by operator, since \S+, until {LATER}: soon \(https://example.test/why\)")

    def ends_by(self, key):
        """Leaves, now or at the next question."""
        os.write(self.terminal, key.encode() + b"\n")
        self.wait_for("; the records are in")
        self.ends()

    def test_an_empty_value_corrects_nothing(self):
        self.begin()
        self.talk(("q quit > ", "o"), ("fact or rule", "xmpp.ice.contacted_third_party"), ("what is right", ""))
        self.wait_for("Not recorded: ")
        self.talk(("q quit > ", "q"))
        self.wait_for("; nothing was recorded")
        self.ends()
        self.assertEqual(self.listed(), "")

    def test_a_correction_says_whose_it_is(self):
        self.begin()
        self.talk(("q quit > ", "o"), ("fact or rule", "xmpp.ice.contacted_third_party"), ("what is right", "none"),
                  ("everybody to read: ", "it is ours"), ("may be empty): ", ""), ("Enter: reviewer): ", ""))
        self.wait_for("added ")
        self.ends_by("q")
        self.assertIn("by reviewer", self.listed())

    def test_interrupted_is_not_done(self):
        self.begin()
        self.wait_for("q quit > ")
        self.process.send_signal(signal.SIGINT)
        self.ends(3)

    def test_confirmed_contradictions_are_not_denied(self):
        """All is confirmed, one after another; then nothing is open, and what stands is counted."""
        whole = ""
        for _ in range(2):
            self.begin()
            before = ""
            while self.process.poll() is None and "answered;" not in before:
                if not select.select([self.terminal], [], [], 0.2)[0]:
                    continue
                try:
                    before += os.read(self.terminal, 65536).decode(errors="replace")
                except OSError:
                    break
                for asked, answer in (("q quit > ", "c"), ("everybody to read: ", "I read it"), ("may be empty): ", "")):
                    if before.endswith(asked):
                        os.write(self.terminal, answer.encode() + b"\n")
                        before += "\n"
            self.ends()
            whole += before
        self.assertRegex(before, r"Nothing is open: \d+ caps? and [1-9]\d* contradictions? stand")
        self.assertRegex(whole, r"no_google = yes\r\n(?: {6}\(?\S[^\n]*\n)* {8}there: \S", "the sentence, not only its place")


if __name__ == "__main__":
    unittest.main()
