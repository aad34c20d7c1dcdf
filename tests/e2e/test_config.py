#!/usr/bin/env python3
"""Where options come from: command line before configuration file before environment, and which file is read."""

import unittest

import support

HOSTS = "https://meet.one.test/\nhttps://meet.two.test/\n"


class Config(support.TestCase):
    def setUp(self):
        super().setUp()
        self.write("hosts.txt", HOSTS)

    def form(self, *arguments, before=(), env=None):
        """In which form `list` prints its result, for that is an option with a few different values."""
        out = self.assert_code(self.meetlat(*before, "list", "hosts.txt", *arguments, env=env), 0).out
        return "json" if out.startswith("{") or out.startswith("[") else "csv" if "," in out.split("\n")[0] else \
            "txt" if out.startswith("https://") else "table"

    def test_the_environment_counts_without_anything_else(self):
        self.assertEqual(self.form(), "table")
        self.assertEqual(self.form(env={"MEETLAT_FORMAT": "csv"}), "csv")

    def test_the_file_of_the_working_folder_counts_before_the_environment(self):
        self.write("meetlat.toml", '[list]\nformat = "json"\n')
        self.assertEqual(self.form(), "json")
        self.assertEqual(self.form(env={"MEETLAT_FORMAT": "csv"}), "json")

    def test_the_command_line_counts_before_both(self):
        self.write("meetlat.toml", '[list]\nformat = "json"\n')
        self.assertEqual(self.form("--format", "txt", env={"MEETLAT_FORMAT": "csv"}), "txt")

    def test_the_users_file_counts_when_the_working_folder_has_none(self):
        self.write("home/.config/meetlat/meetlat.toml", '[list]\nformat = "json"\n')
        home = {"HOME": str(self.dir / "home")}
        self.assertEqual(self.form(env=home), "json")
        self.write("xdg/meetlat/meetlat.toml", '[list]\nformat = "csv"\n')
        self.assertEqual(self.form(env={**home, "XDG_CONFIG_HOME": str(self.dir / "xdg")}), "csv")
        self.write("meetlat.toml", '[list]\nformat = "txt"\n')
        self.assertEqual(self.form(env=home), "txt")

    def test_a_named_file_counts_instead_of_the_others(self):
        self.write("meetlat.toml", '[list]\nformat = "json"\n')
        self.write("other.toml", '[list]\nformat = "csv"\n')
        self.write("third.toml", '[list]\nformat = "txt"\n')
        self.assertEqual(self.form(before=("--config", "other.toml")), "csv")
        self.assertEqual(self.form(env={"MEETLAT_CONFIG": "third.toml"}), "txt")
        self.assertEqual(self.form(before=("--config", "other.toml"), env={"MEETLAT_CONFIG": "third.toml"}), "csv")

    def test_a_table_of_one_command_is_nothing_to_another(self):
        self.write("meetlat.toml", '[rank]\njobs = 3\nlist = ["gone.txt", "gone-too.txt"]\n[list]\nformat = "json"\n')
        self.assertEqual(self.form(), "json")

    def test_lists_and_flags(self):
        self.write("more.txt", "https://meet.three.test/\n")
        self.write("meetlat.toml", '[list]\nlist = ["hosts.txt", "more.txt"]\nformat = "txt"\noffline = true\n')
        out = self.assert_code(self.meetlat("list"), 0).out
        self.assertEqual(sorted(line.split()[0] for line in out.splitlines()),
                         ["https://meet.one.test/", "https://meet.three.test/", "https://meet.two.test/"])

    def test_nested_commands(self):
        self.write("meetlat.toml", '[review.opt-out]\nreason = "asked"\nreviews = "mine.yml"\n')
        self.assert_code(self.meetlat("review", "opt-out", "meet.one.test"), 0)
        self.assertIn("asked", (self.dir / "mine.yml").read_text())

    def test_faults_name_the_file(self):
        for text, words in [("[list]\nfromat = 'json'\n", ["fromat"]), ("[list]\nformat = 'cuneiform'\n", ["cuneiform"]),
                            ("[list\nformat = 'json'\n", ["meetlat.toml"]), ("[lsit]\nformat = 'json'\n", ["lsit"])]:
            with self.subTest(text):
                self.write("meetlat.toml", text)
                outcome = self.assert_code(self.meetlat("list", "hosts.txt"), 2)
                for word in words:
                    self.assertIn(word, outcome.err)
        (self.dir / "meetlat.toml").unlink()
        self.assertIn("gone.toml", self.assert_code(self.meetlat("--config", "gone.toml", "list", "hosts.txt"), 2).err)


if __name__ == "__main__":
    unittest.main()
