#!/usr/bin/env python3
"""Writes the PDFs that the tests of the PDF reader need, benign and hostile.

usage: make_pdfs.py FOLDER     needs qpdf for the encrypted ones
"""

import pathlib
import subprocess
import sys
import zlib

WORDS = ("The association is responsible for the processing of personal data on this instance. Log files are kept for "
         "fourteen days and are then removed. You have the right of access, of rectification and of erasure.").split()


def wrapped(words, columns):
    lines, line = [], ""
    for word in words:
        if line and len(line) + 1 + len(word) > columns:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    return lines + [line]


def show(lines, x=60, y=780, step=14):
    """A content stream that sets each line at its place."""
    out = ["BT /F1 10 Tf"]
    for line in lines:
        text = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        out.append(f"1 0 0 1 {x} {y} Tm ({text}) Tj")
        y -= step
    return "\n".join(out + ["ET"]).encode("latin-1")


def stream(data, extra=""):
    return f"<< /Length {len(data)} {extra} >>\nstream\n".encode() + data + b"\nendstream"


def file_of(objects, trailer="", root=1):
    """A whole file; objects are bytes, numbered from 1."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    xref = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    trailer = trailer.replace("XREF", str(xref))
    out += f"trailer\n<< /Size {len(objects) + 1} /Root {root} 0 R {trailer} >>\nstartxref\n{xref}\n%%EOF\n".encode()
    return bytes(out)


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def document(contents, catalog="", page="", more=(), trailer=""):
    """A file with one page for each content (bytes, or a whole stream object). Objects: 1 catalogue, 2 pages, 3 font."""
    first = 4 + len(more)
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(contents)))
    objects = [f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
               f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>".encode(), FONT, *more]
    for i, content in enumerate(contents):
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * i + 1} 0 R "
                       f"/Resources << /Font << /F1 3 0 R >> /XObject << /X 4 0 R >> >> {page} >>".encode())
        objects.append(content if content.endswith(b"endstream") else stream(content))
    return file_of(objects, trailer)


def benign():
    page = show(wrapped(WORDS * 3, 80))
    yield "plain", document([page])
    yield "three_pages", document([
        show(["Example notice"] + wrapped([part] + WORDS * 3, 80) +
             ["Log files of the server that mixes sound and pictures are kept for the purpose of"] +
             ["Version 4, May 2021", f"Page {n} of 3"])
        for n, part in enumerate(("meetings", "recordings", "logs"), 1)])
    yield "scanned_cover", document(
        [b"q 500 0 0 700 40 40 cm /X Do Q", page, show(wrapped(WORDS[::-1] * 3, 80))], more=[picture()])
    hyphens = ["De verwerkingsverantwoordelijke bewaart de persoonsgegevens van de deelnemers voor de verwer-",
               "king ervan niet langer dan nodig, en het IP-adres van de deelnemer wordt als een IP-",
               "adres in het geheugen gehouden zolang de vergadering duurt en daarna meteen weer verwijderd.",
               "Contact", "Vereniging Voorbeeld", "Straat 1"]
    yield "hyphens", document([show(hyphens)])
    left = show(wrapped(WORDS * 2, 38), x=50)
    right = show(["The right column goes on with the supervisory", "authority."] + wrapped(WORDS, 38), x=310)
    yield "columns", document([left + b"\n" + right])
    rows = [("Purpose", "Basis", "Period"), ("Meetings", "Art. 6(1)(b)", "none"), ("Log files", "Art. 6(1)(f)", "14 days")]
    cells = [show([cell], x=60 + 150 * column, y=700 - 16 * row)
             for row, line in enumerate(rows) for column, cell in enumerate(line)]
    yield "table", document([b"\n".join([show(wrapped(WORDS * 3, 80))] + [c.replace(b"780", b"500") for c in cells])])


def picture():
    return stream(zlib.compress(b"\xff" * 10000), "/Type /XObject /Subtype /Image /Width 100 /Height 100 "
                  "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode")


def bomb(unit, megabytes):
    """Deflated text of many megabytes, compressed twice. One megabyte is compressed and its blocks repeated."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(unit * (1048576 // len(unit))) + squeeze.flush(zlib.Z_FULL_FLUSH)
    inner = b"\x78\xda" + block * megabytes + squeeze.flush()
    return stream(zlib.compress(inner, 9), "/Filter [/FlateDecode /FlateDecode]")


def hostile():
    page = show(wrapped(WORDS * 3, 80))
    plain = document([page])
    yield "image_only", document([b"q 500 0 0 700 40 40 cm /X Do Q"] * 3, more=[picture()])
    yield "truncated", plain[: len(plain) // 3]
    yield "no_xref", plain[: plain.rindex(b"xref\n0 ")]
    yield "garbage", b"%PDF-1.4\n" + bytes((i * i * 7 + i // 3) % 251 for i in range(50000))
    yield "empty", b"%PDF-1.4\n"
    yield "no_pages", file_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 0 /Kids [] >>"])
    yield "xref_loop", document([page], trailer="/Prev XREF")
    yield "page_loop", file_of([b"<< /Type /Catalog /Pages 2 0 R >>",
                                b"<< /Type /Pages /Count 2 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>"])
    yield "page_count_lie", plain.replace(b"/Count 1 ", b"/Count 2147483647 ")
    yield "form_loop", document([b"/X Do"], more=[stream(b"/X Do /X Do " * 20, "/Type /XObject /Subtype /Form "
                                "/BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >>")])
    yield "length_loop", plain.replace(b"/Length ", b"/Length 5 0 R /Was ")
    yield "deep_arrays", document([page], catalog="/Deep " + "[" * 200000)
    yield "deep_content", document([b"[" * 300000 + b" TJ"])
    yield "bomb_spaces", document([bomb(b" " * 1024, 2000)])
    yield "bomb_text", document([b"BT /F1 1 Tf", bomb(b"BT /F1 9 Tf 9 9 Td (all work and no play makes a long text) Tj ET\n", 300)])
    yield "bomb_states", document([bomb(b"q q q q q q q q ", 300)])
    yield "pages_10000", document([b"BT /F1 9 Tf 50 700 Td (" + b"word " * 60 + b") Tj ET"] * 10000)
    yield "actions", document([page], catalog="/OpenAction 4 0 R /Names << /EmbeddedFiles << /Names [(x) 5 0 R] >> >>", more=[
        b"<< /S /Launch /F (/bin/sh) /Next << /S /URI /URI (https://tracker.invalid/) /Next << /S /JavaScript "
        b"/JS (app.launchURL\\('https://tracker.invalid/'\\)) >> >> >>",
        b"<< /Type /Filespec /F (evil.sh) /EF << /F 6 0 R >> >>",
        stream(b"#!/bin/sh\ntouch /tmp/evil\n", "/Type /EmbeddedFile")])


def main(folder):
    for name, data in [*benign(), *hostile()]:
        (folder / f"{name}.pdf").write_bytes(data)
    for name, passwords in (("user_password", ["user", "owner"]), ("owner_password", ["", "owner"])):
        subprocess.run(["qpdf", "--encrypt", *passwords, "256", "--extract=n", "--", folder / "plain.pdf",
                        folder / f"{name}.pdf"], check=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
