#!/usr/bin/env python3
"""How long each report format takes and how large it is, for many hosts.

usage: formats.py MEETLAT RUN [HOSTS]     RUN is any Run; its hosts are repeated under new names until there are HOSTS
                                          (400). Prints format, seconds of the processor (reading and judging the Run too, which `list`
                                          shows about alone), bytes."""

import json
import pathlib
import resource
import subprocess
import sys
import tempfile


def repeated(run, count):
    """The lines of a Run with `count` hosts."""
    header, *records = [json.loads(line) for line in pathlib.Path(run).read_text(encoding="utf-8").splitlines()]
    records = [record for record in records if record["type"] == "host" and record.get("evidence")]
    targets = {target["id"]: target for target in header["targets"]}
    header["targets"], lines = [], []
    for number in range(count):
        record = records[number % len(records)]
        name = record["host"].split(":")[0].split("/")[0]
        renamed = f"{name.split('.')[0]}{number}.{name.split('.', 1)[1]}"
        header["targets"].append(json.loads(json.dumps(targets[record["host"]]).replace(name, renamed)))
        lines.append(json.dumps(record).replace(name, renamed))
    return "\n".join([json.dumps(header), *lines]) + "\n"


def main(meetlat, run, count=400):
    help_text = subprocess.run([meetlat, "report", "--help"], capture_output=True, text=True, check=True).stdout
    formats = " ".join(help_text.split("Form of the report: ")[1].split("--output")[0].split()).split(", ")
    with tempfile.TemporaryDirectory() as folder:
        many = pathlib.Path(folder) / "many.jsonl"
        many.write_text(repeated(run, int(count)), encoding="utf-8")
        print(f"{count} hosts, Run of {many.stat().st_size} bytes")
        for form in formats:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run([meetlat, "report", many, "--format", form], capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{form:12} {seconds:6.2f} s {len(done.stdout):12d} bytes")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
