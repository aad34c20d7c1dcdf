"""What a disk may hold after the power went, from what strace saw a program write.

Of each file, what was written before its last sync is there. Of what came after that, any part may be: each write, or
some of its sectors. A file that was deleted may be back, unless its folder was synced since.
"""

import os
import pathlib
import random
import re

SECTOR = 512
CALLS = "trace=pwrite64,write,ftruncate,fsync,fdatasync,unlink"
CALL = re.compile(r"^(?:\d+ +)?(\w+)\((?:(\d+)<([^>]*)>)?(.*)\) += (-?\d+)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(?:, (\d+))?(?:, (\d+))?')


def decode(text):
    return bytes.fromhex(text.replace("\\x", ""))


class Event:
    def __init__(self, kind, path, data=b"", offset=0):
        self.kind, self.path, self.data, self.offset = kind, path, data, offset


def read_trace(file, folder):
    """The events below `folder`, and what went to standard output (kind "said"), in order."""
    events = []
    for line in pathlib.Path(file).read_text(encoding="ascii", errors="replace").splitlines():
        seen = CALL.match(line)
        if not seen or int(seen[5]) < 0:
            continue
        name, descriptor, path, rest = seen[1], seen[2], seen[3] or "", seen[4]
        text = TEXT.search(rest)
        path = decode(path).decode() if path.startswith("\\x") else path
        if name == "write" and descriptor == "1" and text:
            events.append(Event("said", "", decode(text[1])))
        elif name == "unlink" and text:
            path = decode(text[1]).decode()
            if path.startswith(str(folder)):
                events.append(Event("unlink", path))
        elif not path.startswith(str(folder)):
            continue
        elif name == "pwrite64":
            events.append(Event("write", path, decode(text[1])[:int(seen[5])], int(text[3])))
        elif name == "ftruncate":
            events.append(Event("truncate", path, offset=int(rest.strip(", "), 0)))
        elif name in ("fsync", "fdatasync"):
            events.append(Event("sync", path))
    return events


def apply(image, event, dice=None):
    """One change to the bytes of a file; with dice, perhaps only some of its sectors."""
    if event.kind == "unlink":
        return None
    image = bytearray() if image is None else image
    if event.kind == "truncate":
        del image[event.offset:]
        image.extend(bytes(event.offset - len(image)))
        return image
    for begin in range(0, len(event.data), SECTOR):
        if dice and dice.random() < 0.3:
            continue
        part = event.data[begin:begin + SECTOR]
        at = event.offset + begin
        image.extend(bytes(max(0, at + len(part) - len(image))))
        image[at:at + len(part)] = part
    return image


def after_power_loss(events, dice, syncs=True):
    """The files by their path, and what had been said, when the power goes after these events. Without `syncs` the disk
    lies: it takes nothing down when asked to."""
    safe, pending, said = {}, {}, b""
    for event in events:
        if event.kind == "said":
            said += event.data
        elif event.kind == "sync":
            if not syncs:
                continue
            for late in pending.pop(event.path, []):
                safe[event.path] = apply(safe.get(event.path), late)
            for path in [path for path in pending if os.path.dirname(path) == event.path]:
                deleted = [at for at, late in enumerate(pending[path]) if late.kind == "unlink"]
                if deleted:
                    safe[path] = None
                    pending[path] = pending[path][deleted[-1] + 1:]
        else:
            pending.setdefault(event.path, []).append(event)
    for path, events_left in pending.items():
        for late in events_left:
            luck = dice.random()
            if luck < 0.4:
                safe[path] = apply(safe.get(path), late)
            elif luck < 0.6:
                safe[path] = apply(safe.get(path), late, dice)
    return {path: bytes(image) for path, image in safe.items() if image is not None}, said


def random_losses(events, count, seed, **options):
    dice = random.Random(seed)
    for _ in range(count):
        yield after_power_loss(events[:dice.randrange(1, len(events) + 1)], dice, **options)
