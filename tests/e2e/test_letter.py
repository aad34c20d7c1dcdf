#!/usr/bin/env python3
"""meetlat letter and meetlat audit --advice=policy, as a user calls them: from a stored Run and from a look at the host."""

import shutil
import unittest

import support

PERSONA = "google-stun"
LANGUAGES = {"en": "Dear Sir or Madam", "nl": "Geachte heer of mevrouw", "de": "Sehr geehrte Damen und Herren",
             "fr": "Madame, Monsieur", "es": "Estimadas señoras", "it": "Gentili Signore, egregi Signori"}
DATE = ["--date", "2026-11-30"]


def unwrapped(text):
    return " ".join(text.split())


class Letter(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(support.Server())
        cls.host = next(host for host in cls.server.ids() if host.startswith(f"meet.{PERSONA}."))

    def run_of(self, name="run.jsonl"):
        """A stored Run of the one host."""
        run = self.dir / name
        self.assert_code(self.meetlat("audit", self.host, *self.server.network, "--run", run), 0)
        return run

    def files(self):
        return sorted(path.relative_to(self.dir) for path in self.dir.rglob("*") if path.is_file())

    def test_every_language_and_type_is_written_from_a_stored_run(self):
        run = self.run_of()
        for language, salutation in LANGUAGES.items():
            for kind in ("access", "erasure", "objection", "portability", "findings"):
                with self.subTest(language=language, kind=kind):
                    outcome = self.assert_code(
                        self.meetlat("letter", self.host, "--run", run, "--lang", language, "--type", kind, *DATE), 0)
                    self.assertIn(salutation, outcome.out)
                    self.assertIn(f"meet.{PERSONA}.test", outcome.out)
                    self.assertEqual(outcome.err, "")

    def test_the_operator_and_what_was_seen_come_from_the_run(self):
        run = self.run_of()
        letter = unwrapped(self.meetlat("letter", self.host, "--run", run, *DATE).out)
        bare = self.meetlat("letter", self.host.split(":")[0], "--run", run, *DATE)
        self.assertEqual(unwrapped(self.assert_code(bare, 0).out), letter)
        self.assertIn("Lantern Commons association [check]", letter)
        self.assertIn("stun.l.google.com", letter)
        self.assertIn("that month ends on Wednesday, 30 December 2026", letter)

    def test_without_a_run_the_host_is_looked_at_and_nothing_is_kept(self):
        outcome = self.assert_code(
            self.meetlat("letter", self.host, *self.server.network, "--room", "Kitchen 7", *DATE), 0)
        self.assertIn("Lantern Commons association [check]", outcome.out)
        self.assertIn("Room: Kitchen 7", outcome.out)
        self.assertEqual(self.files(), [])

    def test_a_host_that_cannot_be_reached_gets_a_letter_with_blanks(self):
        outcome = self.assert_code(self.meetlat("letter", "meet.nowhere.invalid", *DATE), 0)
        self.assertIn("[name of the controller]", outcome.out)
        self.assertIn("nothing could be measured about meet.nowhere.invalid", outcome.err)

    def test_reminder_and_complaint_come_after_the_due_date_only(self):
        run = self.run_of()
        for stage, word in (("--reminder", "Reminder: Access request"), ("--complaint", "Autoriteit Persoonsgegevens")):
            with self.subTest(stage):
                common = ["letter", self.host, "--run", run, stage, "--country", "NL", *DATE]
                late = self.assert_code(self.meetlat(*common, "--sent", "2026-10-20"), 0)
                self.assertIn(word, late.out)
                early = self.assert_code(self.meetlat(*common, "--sent", "2026-11-20"), 2)
                self.assertIn("due by 2026-12-21", early.err)
                self.assertEqual(early.out, "")

    def test_the_letter_goes_to_the_file_that_output_names(self):
        outcome = self.assert_code(self.meetlat("letter", self.host, "--run", self.run_of(), "--format", "markdown",
                                                "--output", "letter.md", *DATE), 0)
        self.assertEqual(outcome.out, "")
        self.assertIn("# Access request under Article 15 GDPR", (self.dir / "letter.md").read_text())

    def test_findings_name_the_rule_and_how_to_check_by_hand(self):
        letter = self.meetlat("letter", self.host, "--run", self.run_of(), "--type", "findings", "--days", "21", *DATE).out
        self.assertIn("jitsi.stun.third_party = ", letter)
        self.assertIn("\n    curl ", letter)
        self.assertIn("by Monday, 21 December 2026", unwrapped(letter))

    def test_a_host_without_failing_findings_gets_no_notice(self):
        host = next(host for host in self.server.ids() if host.startswith("meet.exemplary."))
        run = self.dir / "exemplary.jsonl"
        self.assert_code(self.meetlat("audit", host, *self.server.network, "--run", run), 0)
        report = self.meetlat("report", run, "--format", "json").json()
        failed = [finding for finding in report["hosts"][0]["findings"] if finding["outcome"] == "fail"]
        outcome = self.assert_code(self.meetlat("letter", host, "--run", run, "--type", "findings"), 0)
        self.assertEqual(bool(outcome.out), bool(failed), str(outcome))
        if not failed:
            self.assertIn("nothing to give notice of", outcome.err)

    def test_wrong_use_is_an_error_that_names_the_option(self):
        run = self.run_of()
        for arguments, word in ((["--date", "30.11.2026"], "--date"), (["--country", "Holland"], "--country"), (["--country", "XX"], "--country"),
                                (["--from", "yesterday"], "--from"), (["--to", "2026-11-20 25:00"], "--to"),
                                (["--from", "2026-13-20"], "--from"),
                                (["--lang", "pl"], "--lang"), (["--type", "gift"], "--type"),
                                (["--reminder", "--complaint"], "--complaint"), (["--sent", "2026-01-01"], "--sent"),
                                (["--type", "findings", "--reminder"], "--reminder")):
            with self.subTest(arguments):
                outcome = self.assert_code(self.meetlat("letter", self.host, "--run", run, *arguments), 2)
                self.assertIn(word, outcome.err)
                self.assertEqual(outcome.out, "")
        outcome = self.assert_code(self.meetlat("letter", "meet.other.test", "--run", run), 2)
        self.assertIn("meet.other.test", outcome.err)

    def test_times_are_taken_with_and_without_a_clock(self):
        run = self.run_of()
        for time in ("2026-11-20", "2026-11-20 14:00"):
            letter = self.assert_code(self.meetlat("letter", self.host, "--run", run, "--from", time, *DATE), 0).out
            self.assertIn(time, letter)

    def test_a_letter_without_its_texts_is_not_written(self):
        data = self.dir / "installed"
        shutil.copytree(support.TOP / "data" / "letters", data / "data" / "letters")
        for name in ("public-holidays.yml", "supervisory-authorities.yml"):
            shutil.copy(support.TOP / "data" / name, data / "data")
        file = data / "data" / "letters" / "en.yml"
        file.write_text("".join(line for line in file.read_text().splitlines(True) if "closing:" not in line))
        outcome = self.assert_code(self.meetlat("letter", self.host, "--run", self.run_of(), *DATE,
                                                env={"MEETLAT_DATADIR": str(data)}), 3)
        self.assertIn("letter.closing", outcome.err)
        self.assertEqual(outcome.out, "")

    def test_advice_drafts_a_policy_instead_of_the_report(self):
        for language, words in (("en", "# Privacy policy for"), ("de", "# Datenschutzerklärung für")):
            with self.subTest(language):
                outcome = self.assert_code(
                    self.meetlat("audit", self.host, *self.server.network, "--quiet", "--advice=policy", "--lang",
                                 language), 0)
                self.assertTrue(outcome.out.startswith(words), str(outcome))
                self.assertIn("stun.l.google.com", outcome.out)
                self.assertNotIn("FAILED", outcome.out)

    def test_unknown_advice_is_an_error(self):
        for arguments in (["--advice=gift"], ["--advice=policy", "meet.other.test"],
                          ["--advice=policy", "--report", "json=a.json"]):
            outcome = self.assert_code(self.meetlat("audit", self.host, *self.server.network, *arguments), 2)
            self.assertIn("--advice", outcome.err)
            self.assertEqual(outcome.out, "")


if __name__ == "__main__":
    unittest.main()
