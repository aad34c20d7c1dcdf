"""Made-up Runs in the form that 'meetlat history import' reads, for tests and measurements of the history."""

import hashlib
import json
import random

RULES = [f"made-up-rule-{number}" for number in range(60)]
OUTCOMES = ["pass", "fail", "not-measured", "not-applicable"]


def instant(seconds):
    days, rest = divmod(seconds, 86400)
    month, day = divmod(days, 28)  # any calendar will do
    year, month = divmod(month, 12)
    return f"{2020 + year:04}-{month + 1:02}-{day + 1:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"


def run_id(number):
    return f"{number:016x}"


def one_run(number, hosts=20, rules=20, demo=False, seed=0):
    """The JSON of a history that holds one Run, an hour after that of the number before."""
    dice = random.Random(seed * 1000003 + number)
    text = f"We keep the log of the web server for {dice.randrange(5)} days.\nWrite to us."
    digest = hashlib.sha256(text.encode()).hexdigest()
    start = number * 3600
    info = {"id": run_id(number), "rules": {"version": "2026.11", "digest": "5" * 64},
            "profile": {"id": "default", "version": "3"}, "tool_version": "0.1.0", "data_digest": "d" * 64,
            "vantage": "", "level": 2, "list_digest": "", "listed": hosts, "started": instant(start),
            "finished": instant(start + 600), "stopped": "", "demo": demo}
    made = []
    for host in range(hosts):
        low = dice.randrange(10000) / 100
        sight = {"run": info["id"], "at": instant(start + 1 + host % 500), "status": "measured",
                 "letter": dice.choice("ABCDEF"), "score": {"low": low, "high": min(100, low + 10)},
                 "main_reason": "made up", "build": "2.0.1",
                 "policy": {"own": True, "url": f"https://host{host}.test/privacy", "sha256": digest}}
        findings = [{"rule": rule, "outcome": dice.choice(OUTCOMES), "first": 0, "last": 0}
                    for rule in sorted(RULES[:rules])]
        made.append({"host": f"host{host:04}.test", "sights": [sight], "findings": findings})
    return {"schema": "meetlat-history/1", "runs": [info], "hosts": made, "policies": {digest: text}}


def write_runs(folder, numbers, **options):
    """A file for each Run; returns their names."""
    files = []
    for number in numbers:
        file = folder / f"{run_id(number)}.json"
        file.write_text(json.dumps(one_run(number, **options)), encoding="utf-8")
        files.append(file)
    return files
