#!/usr/bin/env python3
"""--geo: tables that cannot be used are refused before anybody is contacted, and reports carry the date of the data."""

import unittest

import support


class Geo(support.TestCase):
    def test_a_table_that_cannot_be_used_is_a_clear_error(self):
        damaged = self.write("damaged.mmdb", b"\0" * 50 + b"\xab\xcd\xefMaxMind.com" + b"\xff" * 40)
        page = self.write("page.html", "<html>not found</html>\n")
        undated = self.write("undated", "16777216,16777471,AU\n")
        folder = self.dir / "folder"
        folder.mkdir()
        for table in (damaged, page, undated, folder, self.dir / "missing"):
            with self.subTest(table.name):
                outcome = self.meetlat("audit", "meet.nobody.invalid", "--geo", table)
                self.assert_code(outcome, 2)
                self.assertIn("--geo", outcome.err)
                self.assertIn(table.name, outcome.err)
                self.assertEqual(outcome.out, "")

    def test_the_report_dates_its_registration_data(self):
        with support.Server() as server:
            host = f"https://meet.policy-contradicts-eu.test:{server.port}/"
            table = self.write("geo", server.geo.read_text().replace("# Generated: 20", "# Generated: 2026-06-25\n# was 20"))
            outcome = self.assert_code(self.meetlat("audit", host, *server.network, "--geo", table), 0)
            old = self.write("old", server.geo.read_text().replace("# Generated: 20", "# Generated: 2023-06-25\n# was 20"))
            stale = self.assert_code(self.meetlat("audit", host, *server.network, "--geo", old), 0)
        flat = " ".join(outcome.out.split())
        self.assertIn("HOSTING: registration data (meetlat reference server, geo of 2026-06-25)", flat)
        self.assertIn("CONTRADICTED by what was seen", flat)
        self.assertIn("is registered in US", flat)
        self.assertNotIn("registered in US", stale.out)
        self.assertIn("2023-06-25, more than 18 months ago", " ".join(stale.out.split()))


if __name__ == "__main__":
    unittest.main()
