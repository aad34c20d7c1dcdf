#!/usr/bin/env python3
"""The history: what rank and audit remember, that nothing reported as kept is ever lost, and that it says so when it
cannot be written. MEETLAT_HISTORY_ROUNDS=200 kills writers that many times instead of 20."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

import support

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
import made_up_history  # noqa: E402
import power_loss  # noqa: E402

SCHEMA = support.TOP / "data" / "schema" / "history.schema.json"
ROUNDS = int(os.environ.get("MEETLAT_HISTORY_ROUNDS", "20"))


def stored_runs(database):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        runs = [row[0] for row in connection.execute("SELECT run FROM runs")]
        doubles = connection.execute("SELECT count(*) FROM (SELECT 1 FROM sights GROUP BY host, run "
                                     "HAVING count(*) > 1)").fetchone()[0]
        wrong = connection.execute("SELECT count(*) FROM runs WHERE (SELECT count(*) FROM sights WHERE run = runs.id) "
                                   "<> listed").fetchone()[0]
    return problems, runs, doubles, wrong


def kept(output):
    """The ids that were reported: whole lines only."""
    return {line.split()[1] for line in output.split("\n")[:-1] if line.startswith(("added ", "unchanged "))}


class HistoryCase(support.TestCase):
    def history(self, *arguments, code=0, **options):
        return self.assert_code(self.meetlat("history", *arguments, **options), code)

    def check_database(self, database, reported):
        problems, runs, doubles, wrong = stored_runs(database)
        self.assertEqual(problems, ["ok"])
        self.assertEqual(len(runs), len(set(runs)), "a Run is there twice")
        self.assertEqual((doubles, wrong), (0, 0), "a Run is there in part")
        self.assertLessEqual(reported, set(runs), "a Run that was reported as kept is lost")


class Remembering(HistoryCase):
    @classmethod
    def setUpClass(cls):
        """One crawl that is kept, and what its Run file holds."""
        super().setUpClass()
        cls.case = cls.for_class()
        cls.run_file, cls.database = cls.case.dir / "run.jsonl", cls.case.dir / "crawl.db"
        with support.Server() as server:
            wanted = ("exemplary", "policy-dutch", "google-stun")
            hosters = cls.case.write("list.txt", "".join(
                f"https://{host}/\n" for host in server.ids() if host.split(".")[1] in wanted))
            crawl = server.rank("--format", "json", "--quiet", hosters=hosters)
            cls.crawl = cls.case.assert_code(
                cls.case.meetlat(*crawl, "--run", cls.run_file, "--history", cls.database), 0)
            cls.by_default = cls.case.assert_code(cls.case.meetlat(*crawl), 0)
            cls.unwritable = cls.case.assert_code(
                cls.case.meetlat(*crawl, "--run", cls.case.dir / "other.jsonl", "--history", cls.case.dir), 0)
            host = next(host for host in server.ids(hosters) if "exemplary" in host)
            cls.partial = cls.case.assert_code(
                cls.case.meetlat("audit", host, "--only", "dns", "--quiet", "--history", cls.case.dir / "partial.db",
                                 *server.network, *server.names), 0)
        cls.host = host

    def exported(self, database):
        return self.history("export", "--history", database).json()

    def test_crawl_is_kept_as_it_was_reported(self):
        exported = self.exported(self.database)
        reported = support.hosts_of(self.crawl.json())
        self.assertEqual({host["host"] for host in exported["hosts"]}, set(reported))
        for host in exported["hosts"]:
            self.assertEqual(host["sights"][0]["letter"], reported[host["host"]]["grade"])
            self.assertTrue(host["findings"])
        self.assertTrue(exported["policies"])

    def test_export_is_valid_by_its_schema(self):
        file = self.write("export.json", self.history("export", "--history", self.database).out)
        done = subprocess.run([sys.executable, HERE / "validate_json.py", SCHEMA, file], capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_rebuilt_from_the_run_or_the_export_it_says_the_same(self):
        wanted = self.history("export", "--history", self.database).out
        export = self.write("export.json", wanted)
        for source in (self.run_file, export):
            with self.subTest(source.name):
                database = self.dir / f"{source.name}.db"
                self.history("rebuild", source, "--history", database)
                self.assertEqual(self.history("export", "--history", database).out, wanted)
                again = self.history("import", source, "--history", database).out
                self.assertTrue(again.startswith("unchanged "), again)
                self.assertEqual(self.history("export", "--history", database).out, wanted)

    def test_demo_runs_go_only_into_a_named_file(self):
        self.assertFalse((self.case.dir / ".local/state/meetlat/history.db").exists())
        outcome = self.history(code=3)
        self.assertIn("does not exist yet", outcome.err)
        said = self.history("import", self.run_file).err
        self.assertIn("1 DEMO Run is left out: the usual history is of real hosts", said)

    def test_a_host_is_found_without_its_port(self):
        bare = self.host.split(":")[0]
        self.assertEqual(self.history(bare, "--history", self.database).out,
                         self.history(self.host, "--history", self.database).out)
        self.assertIn("holds nothing about other.test", self.history("other.test", "--history", self.database, code=3).err)

    def test_history_that_cannot_be_written_changes_nothing_else(self):
        self.assertIn("this Run is not in the history", self.unwritable.err)
        self.assertIn("is a folder", self.unwritable.err)
        self.assertIn("other.jsonl", self.unwritable.err)
        self.assertEqual(set(support.hosts_of(self.unwritable.json())), set(support.hosts_of(self.crawl.json())))
        self.assertTrue(support.json_lines(self.case.dir / "other.jsonl"))

    def test_partial_audit_is_not_remembered(self):
        self.assertFalse((self.case.dir / "partial.db").exists())

    def test_host_is_told_in_full(self):
        out = self.history(self.host, "--history", self.database).out
        self.assertIn("first measured", out)
        self.assertIn("VERSIONS OF THE PRIVACY POLICY", out)
        self.assertIn("DEMO", out)

    def test_runs_of_other_rules_need_rejudge(self):
        records = support.json_lines(self.run_file)
        records[0]["rules_digest"] = "0" * 64
        old = self.write("runs/old.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        refused = self.history("import", old, "--history", self.dir / "h.db", code=2)
        self.assertIn("--rejudge", refused.err)
        passed_over = self.history("rebuild", old.parent, "--history", self.dir / "h.db")
        self.assertIn("judged by other rule sets", passed_over.err)
        self.assertIn("1 Run", self.history("rebuild", old.parent, "--rejudge", "--history", self.dir / "h.db").out)


class Telling(HistoryCase):
    def setUp(self):
        super().setUp()
        self.database = self.dir / "h.db"
        corpus = HERE.parent / "fuzz" / "corpus" / "history" / "three-runs.json"
        self.history("import", corpus, "--history", self.database)

    def test_trend_marks_other_rules(self):
        self.assertRegex(self.history("--history", self.database).out, r"alpha\.test +\? +60-71 +B-\|\? ")

    def test_change_of_rules_is_not_the_hosts(self):
        out = self.history("alpha.test", "--history", self.database).out
        self.assertIn("rules 2026.10 -> 2026.11: what differs across this line may be ours", out)
        self.assertRegex(out, r"2026-10-01, then pass, may be ours +")

    def test_since_leaves_out_what_was_before(self):
        out = self.history("alpha.test", "--since", "2026-10-02", "--history", self.database).out
        self.assertNotIn("2026-10-01", out)
        self.assertIn("2026-10-03", out)
        self.history("--since", "yesterday", "--history", self.database, code=2)

    def test_csv_has_a_line_a_sight(self):
        rows = self.history("--format", "csv", "--history", self.database).out.splitlines()
        self.assertEqual(len(rows), 4)
        self.assertEqual(rows[1].split(",")[:5], ["alpha.test", "2026-10-01T06:01:00Z", "0000000000000001", "measured", "B"])

    def test_forgotten_host_is_gone(self):
        self.history("forget", "alpha.test", "--history", self.database)
        self.assertIn("holds no host", self.history("--history", self.database).out)
        self.assertNotIn(b"alpha.test", self.database.read_bytes())
        self.history("forget", "alpha.test", "--history", self.database, code=3)

    def test_opted_out_host_is_neither_shown_nor_exported_nor_imported(self):
        export = self.write("e.json", self.history("export", "--history", self.database).out)
        self.assert_code(self.meetlat("review", "opt-out", "alpha.test", "--reason", "asked for it"), 0)
        self.assertNotIn("alpha.test", self.history("--history", self.database).out)
        self.assertEqual(self.history("export", "--history", self.database).json()["hosts"], [])
        self.history("import", export, "--history", self.dir / "new.db")
        self.assertNotIn(b"alpha.test", (self.dir / "new.db").read_bytes())


class Faults(HistoryCase):
    """Each is one clear line, and exit code 3."""

    def setUp(self):
        super().setUp()
        self.files = made_up_history.write_runs(self.dir, range(3))

    def refused(self, database, words, **options):
        outcome = self.history("import", *self.files, "--history", database, code=3, **options)
        self.assertIn(words, outcome.err)
        self.assertEqual(outcome.err.count("\n"), 1, outcome.err)
        return outcome

    def test_folder(self):
        self.refused(self.dir, "is a folder")

    def test_no_database(self):
        self.refused(self.write("notes.txt", "x" * 5000), "is no history of meetlat")
        self.assertEqual((self.dir / "notes.txt").read_text(), "x" * 5000)

    def test_database_of_another_program(self):
        with contextlib.closing(sqlite3.connect(self.dir / "other.db")) as other:
            other.execute("CREATE TABLE bookmarks(url)")
        self.refused(self.dir / "other.db", "is the database of another program")

    def test_later_version(self):
        self.history("import", *self.files, "--history", self.dir / "h.db")
        with contextlib.closing(sqlite3.connect(self.dir / "h.db")) as later:
            later.execute("PRAGMA user_version = 99")
        self.refused(self.dir / "h.db", "written by a later meetlat")

    def test_damaged_file_is_set_aside_by_rebuild(self):
        database = self.dir / "h.db"
        self.history("import", *self.files, "--history", database)
        damaged = bytearray(database.read_bytes())
        damaged[4096:] = bytes([255]) * (len(damaged) - 4096)
        database.write_bytes(damaged)
        outcome = self.history("--history", database, code=3)
        self.assertIn("meetlat history rebuild", outcome.err)
        self.history("rebuild", *self.files, "--history", database)
        self.check_database(database, {made_up_history.run_id(number) for number in range(3)})
        self.assertEqual(len(list(self.dir.glob("h.db.damaged-*"))), 1)

    def unprivileged(self):
        if os.geteuid() != 0:
            return []
        if shutil.which("setpriv") is None:
            self.skipTest("root may write everything, and setpriv is not installed")
        self.dir.chmod(0o755)
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]

    def test_file_that_may_only_be_read(self):
        database = self.write("locked/h.db", "")
        self.history("import", *self.files, "--history", database)
        database.chmod(0o444)
        database.parent.chmod(0o555)
        self.addCleanup(database.parent.chmod, 0o755)
        wrapper = self.unprivileged()
        self.refused(database, "h.db", wrapper=wrapper)
        self.assertIn("host0000.test", self.history("--history", database, wrapper=wrapper).out)

    def test_full_disk_loses_nothing_that_was_kept(self):
        disk = self.dir / "disk"
        disk.mkdir()
        script = 'mount -t tmpfs -o size=300k none "$1" || exit 77; shift; "$@"; code=$?; cp disk/h.db* .; exit $code'
        wrapper = ["unshare", "-m", *(["-r"] if os.geteuid() else []), "sh", "-c", script, "-", disk]
        files = made_up_history.write_runs(self.dir, range(60))
        outcome = self.meetlat("history", "import", *files, "--history", disk / "h.db", wrapper=wrapper)
        if outcome.code == 77 or "unshare failed" in outcome.err:
            self.skipTest("no file system can be mounted here")
        self.assert_code(outcome, 3)
        self.assertIn("no space left", outcome.err)
        self.assertTrue(kept(outcome.out))
        self.check_database(self.dir / "h.db", kept(outcome.out))


class Crashes(HistoryCase):
    def test_killed_writers_lose_nothing_that_was_reported(self):
        dice = random.Random(4711)
        database, reported, number = self.dir / "h.db", set(), 0
        for turn in range(ROUNDS):
            folder = self.dir / f"turn{turn}"
            folder.mkdir()
            files = made_up_history.write_runs(folder, range(number, number + 16))
            number += 16
            # Half of them are given to both.
            shares = [files[:12], files[4:]]
            dice.shuffle(shares[1])
            outputs = [self.dir / "a.out", self.dir / "b.out"]
            writers = []
            for share, output in zip(shares, outputs):
                with open(output, "wb") as out:
                    writers.append(self.start("history", "import", *share, "--history", database, stdout=out))
            wanted = [dice.randrange(12) for _ in writers]
            for writer, output, lines in zip(writers, outputs, wanted):
                support.wait_until("the writer", lambda: output.read_bytes().count(b"\n") >= lines
                                   or writer.poll() is not None)
                time.sleep(dice.random() * 0.01)
                writer.kill()
            for writer in writers:
                writer.wait(support.DEADLINE)
                self.assertIn(writer.returncode, (0, -9), writer.stderr.read().decode())
                support.stop(writer)
            for output in outputs:
                reported |= kept(output.read_text())
            self.check_database(database, reported)
            shutil.rmtree(folder)
        self.assertGreater(len(reported), ROUNDS)
        self.assertIn("host0000.test", self.history("--history", database).out)

    def test_power_loss_takes_nothing_that_was_reported(self):
        if shutil.which("strace") is None:
            self.skipTest("strace is not installed")
        folder = self.dir / "state"
        files = made_up_history.write_runs(self.dir, range(12), hosts=8)
        trace = self.dir / "trace"
        outcome = self.meetlat("history", "import", *files, "--history", folder / "h.db",
                               wrapper=["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", "signal=none", "-o", trace,
                                        "-e", power_loss.CALLS])
        if "strace" in outcome.err or not trace.exists():
            self.skipTest("strace does not work here")
        self.assert_code(outcome, 0)
        events = power_loss.read_trace(trace, folder)
        self.assertGreater(sum(event.kind == "write" for event in events), 12)

        def lost(files_left, said, where):
            """How many of the reported Runs are not there; the database must open whatever happened."""
            where.mkdir()
            for path, image in files_left.items():
                (where / pathlib.Path(path).name).write_bytes(image)
            reported = kept(said.decode())
            if not (where / "h.db").exists():
                return len(reported)
            with contextlib.closing(sqlite3.connect(where / "h.db")) as connection:
                self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
                made = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if made == 0:
                return len(reported)
            _, runs, doubles, wrong = stored_runs(where / "h.db")
            self.assertEqual((doubles, wrong), (0, 0))
            return len(reported - set(runs))

        for turn, (left, said) in enumerate(power_loss.random_losses(events, 150, seed=1)):
            with self.subTest(turn):
                self.assertEqual(lost(left, said, self.dir / f"loss{turn}"), 0)
        # That this can fail: a disk that only says that it wrote loses Runs, or the file.
        losses = 0
        for turn, (left, said) in enumerate(power_loss.random_losses(events, 30, seed=2, syncs=False)):
            try:
                losses += lost(left, said, self.dir / f"lie{turn}")
            except (AssertionError, sqlite3.DatabaseError):
                losses += 1
        self.assertGreater(losses, 0)


if __name__ == "__main__":
    unittest.main()
