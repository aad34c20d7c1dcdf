#!/usr/bin/env python3
"""Sources of the manual that do not fit the program are refused, and a command without a source gets a page."""

import unittest

import support


class Manual(support.TestCase):
    def pages(self, **sources):
        folder = self.dir / "sources"
        folder.mkdir()
        for name, text in sources.items():
            (folder / name.replace("__", "-").replace("_", ".")).write_text(text)
        return self.meetlat("manual", folder, self.dir / "pages")

    def refused(self, *words, **sources):
        outcome = self.assert_code(self.pages(**sources), 3)
        for word in words:
            self.assertIn(word, outcome.err)

    def page(self, name):
        return (self.dir / "pages" / name).read_text().replace("\\-", "-")

    def test_a_command_without_a_source_has_its_options(self):
        self.assert_code(self.pages(), 0)
        text = self.page("meetlat-baseline.1.scd")
        self.assertIn("# SYNOPSIS\n\n*meetlat baseline* *-o*, *--output* _FILE_ _RUN_", text)
        self.assertIn("\n*--reviews* _FILE_\n\t", text)

    def test_what_a_source_says_of_an_option_stands_under_it(self):
        self.assert_code(self.pages(meetlat__diff_1_scd="# OPTIONS\n\n@options\n@more --host\nMore words.\n@end\n"), 0)
        self.assertIn("*--host* _HOST_\n\tOnly this host.\n\n\tMore words.\n", self.page("meetlat-diff.1.scd"))

    def test_a_text_about_an_option_that_the_command_has_not(self):
        self.refused("meetlat-diff.1.scd", "--hots", meetlat__diff_1_scd="@options\n@more --hots\nWords.\n@end\n")

    def test_a_shared_text_about_an_option_that_no_command_has(self):
        self.refused("options.txt", "--frobnicate", options_txt="@more --frobnicate\nWords.\n")

    def test_an_unknown_directive(self):
        self.refused("meetlat-diff.1.scd", "@optoins", meetlat__diff_1_scd="@optoins\n")

    def test_a_page_about_no_command(self):
        self.refused("meetlat-frobnicate.1.scd", meetlat__frobnicate_1_scd="# DESCRIPTION\n")

    def test_every_rule_has_a_section(self):
        rules = [file.stem for file in (support.TOP / "rules").glob("*/*.yml")
                 if file.parent.name not in ("profiles", "guidelines")]
        self.assert_code(self.pages(meetlat__rules_7_scd="meetlat-rules(7)\n\n@rules\n"), 0)
        text = self.page("meetlat-rules.7.scd")
        self.assertGreater(len(rules), 50)
        for rule in rules:
            self.assertIn(f"\n## {rule}\n", text)

    def test_markup_in_foreign_text_is_no_markup(self):
        self.assert_code(self.pages(meetlat__report_5_scd="meetlat-report(5)\n\n@schema report.schema.json\n"), 0)
        self.assertIn("not\\_", self.page("meetlat-report.5.scd"))


if __name__ == "__main__":
    unittest.main()
