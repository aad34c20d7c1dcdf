"""What the end-to-end tests share: running meetlat in a clean environment, and the bundled fixture hosters."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import yaml

MEETLAT = os.environ["MEETLAT"]
TOP = pathlib.Path(os.environ["MEETLAT_TOP"])
PERSONAS = TOP / "data" / "personas"
SCHEMA = TOP / "data" / "schema" / "report.schema.json"
DEADLINE = 120  # seconds until something that hangs is ended; no test depends on how fast anything is

# Fixtures share one loopback address and are nobody's production: no pauses between requests.
FAST = ["--per-host-delay", "0"]


class Outcome:
    """What a finished program left: exit code (negative: the signal that ended it) and both outputs, decoded."""

    def __init__(self, code, out, err):
        self.code, self.out_bytes, self.err_bytes = code, out, err
        self.out, self.err = out.decode(errors="replace"), err.decode(errors="replace")

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out[-4000:]}\n--- stderr\n{self.err[-4000:]}"


def environment(home, **extra):
    """As little as possible: nothing of the caller's configuration, proxies or colours gets in."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "MEETLAT_DATADIR": str(TOP),
            **{name: os.environ[name] for name in ("ASAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}, **extra}


class TestCase(unittest.TestCase):
    """Gives each test an empty folder `self.dir`, which is also the working folder and the home of what it runs."""

    maxDiff = 4000

    @classmethod
    def for_class(cls):
        """A case for setUpClass: its folder lasts as long as the tests of the class."""
        case = cls()
        case.setUp()
        cls.addClassCleanup(case.doCleanups)
        return case

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="meetlat-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def start(self, *arguments, wrapper=(), env=None, **pipes):
        """Starts meetlat without waiting for it. It is killed at the end of the test if it still runs."""
        process = subprocess.Popen([*wrapper, MEETLAT, *map(str, arguments)], cwd=self.dir,
                                   env=environment(self.dir, **(env or {})),
                                   **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                                      "stderr": subprocess.PIPE, **pipes})
        self.addCleanup(stop, process)
        return process

    def meetlat(self, *arguments, stdin=None, timeout=DEADLINE, **options):
        """Runs meetlat to its end and returns the Outcome."""
        process = self.start(*arguments, **options,
                             **({"stdin": subprocess.PIPE} if stdin is not None else {}))
        try:
            out, err = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"meetlat {' '.join(map(str, arguments))} did not end\n{Outcome(-9, out, err)}")
        return Outcome(process.returncode, out or b"", err or b"")

    def write(self, name, content):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def assert_code(self, outcome, code):
        self.assertEqual(outcome.code, code, str(outcome))
        return outcome


def stop(process):
    """Ends a program if it still runs, and closes its pipes."""
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait(DEADLINE)


def wait_until(what, condition):
    """Polls `condition` until it gives something true, and returns that."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"timed out waiting: {what}")


class Server:
    """The fixture hosters of a folder of personas, as `with Server() as server:`. Any free ports by default, so that
    tests can run side by side; None: 443 and 80 where that is allowed, as a user would have it."""

    def __init__(self, personas=PERSONAS, *arguments, port=0):
        ports = [] if port is None else ["--port", port, "--http-port", 0]
        self.personas, self.arguments = pathlib.Path(personas), [*ports, *arguments]

    def __enter__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="meetlat-server-"))
        self.log = open(self.dir / "log", "wb")
        out = self.dir / "out"
        self.process = subprocess.Popen(
            [MEETLAT, "serve", "--personas", str(self.personas), "--out", str(out), *map(str, self.arguments)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment(self.dir))
        try:
            wait_until("the fixture server", lambda: (out / "ready.json").exists() or self.process.poll() is not None)
            if self.process.poll() is not None:
                raise AssertionError(f"the fixture server ended:\n{(self.dir / 'log').read_text()}")
        except BaseException:
            self.__exit__()
            raise
        self.list, self.hosts, self.ca, self.geo = out / "list.txt", out / "hosts", out / "ca.pem", out / "geo.txt"
        self.ct_logs = out / "ct-logs.cnf"
        ready = json.loads((out / "ready.json").read_text())
        self.port, self.resolver, self.anchor = ready["https_port"], ready["resolver"], out / "anchor.key"
        self.quick = out / "quick.txt"
        wanted = {f"meet.{persona}.test" for persona in quick_personas(self.personas)}
        self.quick.write_text("".join(f"https://{host}/\n" for host in self.ids() if host.split(":")[0] in wanted))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        stop(self.process)
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    @property
    def network(self):
        """The options with which meetlat finds these hosters, trusts their certificates and knows who logged them."""
        return ["--hosts-file", self.hosts, "--ca-file", self.ca, "--ct-logs", self.ct_logs, *FAST]

    @property
    def names(self):
        """The options with which meetlat asks their name server, too."""
        return ["--resolver", self.resolver, "--trust-anchor", self.anchor]

    def rank(self, *arguments, hosters=None):
        """The arguments of a crawl, of the quick ones or of those in the list `hosters`."""
        return ["rank", "--list", hosters or self.quick, *self.network, *self.names, "--geo", self.geo,
                *arguments]

    def ids(self, hosters=None):
        """What a list (default: of all) names, as host or host:port, in order."""
        lines = (line.split("#")[0].strip() for line in (hosters or self.list).read_text().splitlines())
        return [re.sub(r"^https://|/$", "", line) for line in lines if line]

    def addresses(self):
        """The addresses that the hosts file names."""
        return {line.split()[0] for line in self.hosts.read_text().splitlines() if line and not line.startswith("#")}


def load_personas(folder=PERSONAS):
    """The persona files of a folder by their id."""
    found = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(pathlib.Path(folder).glob("*.yml"))]
    return {persona["id"]: persona for persona in found}


def copy_personas(folder, names):
    """A new folder with these bundled personas and what they need; returns it."""
    folder = pathlib.Path(folder)
    folder.mkdir()
    for shared in ("docroot", "policies"):
        shutil.copytree(PERSONAS / shared, folder / shared)
    for name in names:
        shutil.copy(PERSONAS / f"{name}.yml", folder)
    return folder


def quick_personas(folder):
    """Those that are graded at first sight: nothing that waits for a second look or for a timeout."""
    return [name for name, persona in load_personas(folder).items()
            if persona["expect"]["status"] == "measured" and persona["expect"].get("letter") in tuple("ABCD")
            and not name.startswith("xmpp-")]  # those are faults of the signalling, most of which take their time


def json_lines(path):
    """The records of a JSON Lines file, without a last line that was cut off."""
    records = []
    for line in pathlib.Path(path).read_bytes().split(b"\n"):
        with contextlib.suppress(ValueError):
            records.append(json.loads(line))
    return records


def hosts_of(report):
    """The hosts of a JSON report by their id, in the order of the ranking."""
    return {host["host"]: host for host in report["hosts"]}


def first_measured(report):
    """The id of the first host of a JSON report that was measured."""
    return next(name for name, host in hosts_of(report).items() if host["status"] == "measured")
