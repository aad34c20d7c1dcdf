#!/usr/bin/env python3
"""Documents that were made to stop or to fool the policy reader: each is read within bounded time and memory, and what
could not be read is called so.

Nothing big is stored: every document is generated. The kernel ends what needs too much: a run that exceeds LIMITS dies
of a signal or of a failed allocation, and its test fails with it.

usage: test_policy_hostile.py                       as a test
       test_policy_hostile.py --measure [PATTERN]   prints size, CPU time, peak memory, exit code and answer
"""

import os
import re
import resource
import subprocess
import sys
import unittest

import support

MEMORY = 1_500_000_000  # bytes of address space
CPU = 60  # seconds; a sound reader needs one to six, a slow machine or a build for debugging some times that
MB = 1_000_000

sys.path.insert(0, str(support.TOP / "tests" / "support"))
import make_pdfs  # noqa: E402

# A whole policy, short; what a document hides or shows.
POLICY = [
    "Privacy policy",
    "The data controller is the Sample Association, Harbour Street 1, 12345 Sampletown. You can reach us at "
    "privacy@sample.invalid.",
    "We process your IP address and the display name that you choose in order to carry your video meeting. The legal "
    "basis is Article 6(1)(b) GDPR.",
    "There are no recipients: we pass no data to third parties, and none are transferred outside the EU.",
    "Logs of the web server are kept for 7 days and then deleted.",
    "You have the right of access, to rectification and to erasure, and you may lodge a complaint with a supervisory "
    "authority.",
]
TEXT = "\n\n".join(POLICY) + "\n"
HTML = f"<h1>{POLICY[0]}</h1>" + "".join(f"<p>{line}</p>" for line in POLICY[1:])
GERMAN = ("Datenschutzerklärung\n\nVerantwortlicher im Sinne der DSGVO ist der Verein Muster, Hafenstraße 1, 12345 "
          "Musterstadt, E-Mail: datenschutz@muster.invalid.\n\nWir verarbeiten Ihre IP-Adresse, um die Videokonferenz "
          "zu ermöglichen. Rechtsgrundlage ist Art. 6 Abs. 1 lit. b DSGVO.\n\nEine Weitergabe an Dritte findet nicht "
          "statt.\n\nDie Protokolle des Webservers werden nach 7 Tagen gelöscht.\n\nSie haben das Recht auf Auskunft, "
          "auf Berichtigung, auf Löschung und auf Widerspruch. Sie können sich bei einer Aufsichtsbehörde "
          "beschweren.\n")
JAPANESE = "プライバシーポリシー。個人情報の取り扱いについて説明します。サーバーの記録は七日後に消去します。" * 40


def page(body, head=""):
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def noise(size, seed=1):
    """Bytes without any pattern, the same each time."""
    out, state = bytearray(), seed
    while len(out) < size:
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        out += (state >> 16).to_bytes(6, "little")
    return bytes(out[:size])


def fill(unit, size):
    return unit * (size // len(unit.encode() if isinstance(unit, str) else unit))


def numbered(template, count):
    return "".join(template.format(i) for i in range(count))


# What a document may come out as. A policy that a visitor can read may be found through the mess; what nobody can
# read, and what is none, is never one.
BLIND = {("unsure", "not-readable"), ("no", "empty")}  # nothing to see for the reader
NONE = {("no", "other"), ("no", "empty"), ("unsure", "unknown-language"), ("unsure", "not-readable")}
NOT_YES = NONE | {("no", "about-policies"), ("no", "terms"), ("no", "imprint"), ("no", "cookies"),
                  ("unsure", "other"), ("unsure", "part-of-another")}
FOUND = {("yes", "policy")}
UNKNOWN = {("unsure", "unknown-language")}  # repeated a million times, words are of no language
NO_TEXT = {("unsure", "not-readable")}
SEEN_OR_BLIND = FOUND | UNKNOWN | NO_TEXT  # never "empty": the policy is there to see


def markup():
    for count in (1_900, 20_000, 200_000):
        yield f"{count} nested div", "html", page("<div>" * count + HTML), SEEN_OR_BLIND
    yield "nested tables", "html", page("<table><tr><td>" * 60_000 + HTML), SEEN_OR_BLIND
    yield "nested lists", "html", page("<ul><li>" * 100_000 + HTML), SEEN_OR_BLIND
    yield "lists that nest to the limit", "html", page(numbered("<ul><li>we keep {}:", 900) + HTML), SEEN_OR_BLIND
    yield "table of a million cells", "html", page("<table>" + "<tr><td>a<td>b" * 130_000 + "</table>"), NONE
    yield "attribute of a megabyte", "html", page(f"<p title='{fill('we ', MB)}'>" + HTML), FOUND
    yield "style attribute of a megabyte", "html", page(f"<p style='{fill('color:red; ', MB)}'>" + HTML), FOUND
    yield "100,000 attributes", "html", page("<p " + numbered("a{} ", 100_000) + ">" + HTML), SEEN_OR_BLIND
    yield "a million entities", "html", page(HTML + fill("&amp;", 5 * MB)), SEEN_OR_BLIND
    yield "entities to the limit", "html", page(HTML + fill("&amp;&x;&#0;", 1_900_000)), SEEN_OR_BLIND
    yield "unclosed comment", "html", page("<p>Welcome.</p><!--" + HTML), NONE
    yield "unclosed comments", "html", page(fill("<!--", 1_900_000)), NONE
    yield "unclosed tags", "html", page(HTML + fill("<a b='", 1_900_000)), SEEN_OR_BLIND
    yield "unclosed script", "html", page("<script>" + HTML + fill("<!--<script", 1_900_000)), NONE
    yield "unclosed formatting", "html", page(numbered("<b id={}><p>", 60_000) + HTML), SEEN_OR_BLIND
    yield "everything bold", "html", page(fill("<b>we</b> ", 1_900_000)), NOT_YES
    yield "templates in templates", "html", page("<template>" * 100_000 + HTML), NONE
    yield "one heading", "html", page("<h1>" + fill("privacy policy we keep ", 1_900_000)), NOT_YES
    yield "a hundred thousand headings", "html", page(fill("<h2>Privacy</h2>", 1_900_000)), NOT_YES
    headings = "<h1>Privacy policy</h1><h2>Logs</h2><h3>IP</h3><p>"
    yield "headings and nothing else", "html", page(fill(headings, 1_900_000)), NOT_YES
    yield "drawing without end", "html", page("<svg>" * 100_000 + "<math>" * 100_000 + HTML), SEEN_OR_BLIND
    yield "links", "html", page(fill("<a href=x>we</a>", 1_900_000)), NONE
    yield "links in links", "html", page(fill("<a href=x><img alt=we>", 1_900_000)), NONE | BLIND
    yield "policy only in attributes", "html", page(f'<p title="{TEXT}" data-x="{TEXT}">Welcome</p>'), NONE
    yield "policy only hidden", "html", page(f"<p>Welcome.</p><div hidden>{HTML}</div>"), NONE
    yield "text called HTML", "html", TEXT, FOUND
    yield "text and then a tag", "html", TEXT + "<p>Welcome</p>", FOUND
    yield "nothing", "html", "", NONE
    yield "html that goes on for 10 MB", "html", page(fill(HTML, 10 * MB - 200)), SEEN_OR_BLIND


def charsets():
    policy = page(HTML, "<meta charset='utf-8'>")
    utf8 = ["--media-type", "text/html; charset=utf-8"]
    plain = ["--media-type", "text/plain; charset=utf-8"]
    yield "UTF-16 with a mark, called UTF-8", "html", policy.encode("utf-16"), FOUND, utf8
    yield "UTF-16 without a mark, called UTF-8", "html", policy.encode("utf-16-le"), NO_TEXT, utf8
    yield "UTF-8 called UTF-16", "html", policy, NONE, ["--media-type", "text/html; charset=utf-16le"]
    yield "windows-1252 called UTF-8", "txt", GERMAN.encode("cp1252"), FOUND | {("unsure", "other")}, plain
    yield "windows-1252 without a label", "txt", GERMAN.encode("cp1252"), FOUND
    yield "Shift_JIS without a label", "txt", JAPANESE.encode("cp932"), {("unsure", "unknown-language")}
    latin = ["--media-type", "text/plain; charset=latin1"]
    yield "EUC-JP called Latin", "txt", JAPANESE.encode("euc-jp"), NOT_YES, latin
    yield "UTF-7", "html", page(HTML.replace("<", "+ADw-").replace(">", "+AD4-")), NOT_YES | FOUND, [
        "--media-type", "text/html; charset=utf-7"]
    yield "a charset nobody knows", "txt", TEXT, FOUND, ["--media-type", "text/plain; charset=" + "x" * 100_000]
    yield "cut in a character", "txt", GERMAN.encode()[:23], NONE
    yield "binary noise", "bin", noise(3 * MB), NO_TEXT
    yield "binary noise called HTML", "html", noise(1_900_000), NO_TEXT
    yield "binary noise called Markdown", "md", noise(1_900_000), NO_TEXT
    yield "NUL bytes", "txt", bytes(10 * MB), NO_TEXT
    yield "NUL bytes called HTML", "html", bytes(1_900_000), NO_TEXT
    yield "NUL bytes between the letters", "txt", TEXT.replace("a", "a\0"), NOT_YES | FOUND
    yield "lone continuation bytes", "txt", b"\xbf" * (10 * MB), NONE
    yield "UTF-16 of surrogates", "txt", b"\xff\xfe" + b"\x00\xd8" * (5 * MB), NO_TEXT
    yield "one letter and accents", "txt", "a" + "\u0301" * 5_000_000, NONE


def texts():
    yield "10 MB in one line", "txt", fill(" ".join(TEXT.split()) + " ", 10 * MB), SEEN_OR_BLIND
    yield "10 million short lines", "txt", fill("a\n", 10 * MB), NONE
    yield "10 million empty lines", "txt", fill("\n", 10 * MB), NONE
    yield "paragraphs of one letter", "txt", fill("a\n\n", 10 * MB), NONE
    yield "10 million pages", "txt", fill("\f", 10 * MB), NONE
    yield "pages of one letter", "txt", fill("a\n\f", 10 * MB), NONE
    yield "one endless word", "txt", fill("w", 10 * MB), NONE
    yield "one endless word of letters with accents", "txt", fill("ü", 10 * MB), NONE
    yield "endless words behind a cue", "txt", fill("we do not " + "personal" * 40_000 + " ", 10 * MB), NOT_YES
    yield "full stops", "txt", fill(".", 10 * MB), NONE
    yield "full stops and spaces", "txt", fill(". ", 10 * MB), NONE
    yield "ends of sentences", "txt", fill("a. A? B! ", 10 * MB), NONE
    yield "no end of a sentence", "txt", fill("we do not keep personal data of you and ", 10 * MB), NOT_YES
    yield "beginnings of cues", "txt", fill("we do not ", 10 * MB), NOT_YES
    yield "beginnings of cues, German", "txt", fill("wir geben keine ihre Daten nicht an ", 10 * MB), NOT_YES
    cues = "right of access rectification erasure recipients third parties "
    yield "cues without end", "txt", fill(cues, 10 * MB), NOT_YES
    yield "numbers and units", "txt", fill("logs are kept 7 days 8 weeks ", 10 * MB), NOT_YES
    yield "hyphens at the end of lines", "txt", fill("pri-\nvacy we-\n", 10 * MB), NOT_YES
    yield "bullets", "txt", fill("- we keep\n", 10 * MB), NOT_YES
    yield "colons", "txt", fill("we keep the following:\n\n- data:\n\n", 10 * MB), NOT_YES
    yield "placeholders", "txt", fill("{{a}} ", 10 * MB), NOT_YES
    yield "different placeholders", "txt", numbered("{{{{a{}}}}} ", 300_000), NOT_YES
    yield "placeholders without end", "txt", fill("{{a [your <insert xxx ", 10 * MB), NOT_YES
    yield "half of a mail address", "txt", fill("a.", 2 * MB) + "@", NONE
    yield "mail addresses", "txt", fill("a@b.invalid ", 10 * MB), NOT_YES
    yield "signs of mail addresses", "txt", fill("@", 10 * MB), NOT_YES
    yield "spelt mail addresses", "txt", fill("a at b dot ", 10 * MB), NOT_YES
    yield "digits", "txt", fill("0123456789", 10 * MB), NONE
    yield "groups of digits", "txt", fill("12 ", 10 * MB), NONE
    yield "telephones", "txt", fill("tel tel 030 12 34", 10 * MB), NOT_YES
    yield "postal addresses", "txt", fill("Hafenstraße 1, 12345 Ort; ", 10 * MB), NOT_YES
    yield "half of a postal address", "txt", fill("Hafen 1 Straße 22 ", 10 * MB), NOT_YES
    yield "numbers before a street", "txt", fill("1a-2, b ", 10 * MB), NOT_YES
    yield "Unicode spaces", "txt", fill("\u2003\u00a0\u3000", 10 * MB), NONE
    yield "front matter without end", "txt", "---\n" + fill("title: Privacy policy\n", 9 * MB), NOT_YES
    yield "front matter of blanks", "md", "---\n" + fill("title: a\n", 7900) + "---\n" + TEXT, FOUND
    hidden = "\u200b\u2060\u00ad"
    yield "invisible characters inside words", "txt", "".join(c + hidden if c.isalpha() else c for c in TEXT), FOUND
    yield "policy read from right to left", "txt", "".join(f"\u202e{line[::-1]}\u202c\n\n" for line in POLICY), NOT_YES
    yield "megabytes of bidi controls", "txt", fill("we\u202e\u2066\u200f ", 10 * MB), NOT_YES
    yield "more than may be read", "txt", fill("a ", 10 * MB) + fill("b ", 2 * MB), BLIND
    yield "a policy behind 10 MB", "txt", fill("Nothing to see.\n\n", 9_900_000) + TEXT, NONE


def markdown():
    units = ["[", "[[[[", "****", "**a ", "*a **b ", "_a", "`", "`a``b```", "![", "[a](", "[a](<b", "[a](b 'c", "[a][",
             "<a b='", "<!--", "<?", "<![CDATA[", "<!A", "[a]: b\n", "&a", "\\", "|", "|-", "~~", "a@", "a_@b.", "www.",
             "> ", ">", "- ", "1. ", "* > ", "#", "# a\n", "{{<", "{%", "{: } {{a}} ", "{{% a %}}", "a  \n", "\t",
             "```\n", "~~~\n\n"]
    for unit in units:
        name = unit.replace("\n", "\\n").replace("\t", "\\t")
        yield f"2 MB of {name}", "md", "# Notes\n\n" + fill(unit, 1_990_000), NOT_YES
    yield "10 MB of brackets", "md", fill("[[[[", 10 * MB), NOT_YES
    yield "10 MB of stars", "md", fill("****", 10 * MB), NOT_YES
    yield "10 MB of quotes", "md", fill("> > ", 10 * MB), NOT_YES
    yield "quotes in a triangle", "md", "\n".join("> " * n + "a" for n in range(1, 1400)), NOT_YES
    yield "lists in a triangle", "md", "\n".join("  " * n + "- a" for n in range(1, 1400)), NOT_YES
    yield "a table of many columns", "md", "|a" * 300_000 + "\n" + "|-" * 300_000 + "\n" + "|\n" * 300_000, NOT_YES
    yield "a wide table", "md", "|aa" * 100_000 + "\n" + "|---" * 100_000 + "\n" + "|\n" * 300_000, NOT_YES
    yield "a long table", "md", "|aa" * 120 + "|\n" + "|---" * 120 + "|\n" + "|b\n" * 600_000, NOT_YES
    yield "a table of many rows", "md", "|a" * 120 + "\n" + "|-" * 120 + "\n" + "b\n" * 900_000, NOT_YES
    yield "a long reference, often", "md", "[a]: /" + "x" * 900_000 + "\n\n" + "[a] " * 200_000, NOT_YES
    yield "many references", "md", numbered("[a{}]: /b\n", 60_000) + "\n" + numbered("[a{}] ", 60_000), NOT_YES
    yield "references to nothing", "md", numbered("[a{}] ", 200_000), NOT_YES
    yield "code of every length", "md", " ".join("`" * n for n in range(1, 1900)), NOT_YES
    yield "tags of every kind", "md", fill("<div>\n\n<b>\n\n", 1_990_000), NOT_YES
    yield "shortcodes without end", "md", fill("{{< ", MB) + TEXT, NOT_YES | FOUND


def json_files():
    yield "deep JSON", "json", "[" * 5 * MB, NOT_YES
    yield "deep JSON, closed", "json", '{"a":' * 200_000 + '"we"' + "}" * 200_000, NOT_YES
    yield "JSON to the limit", "json", '{"a":' * 60 + '"we"' + "}" * 60, NOT_YES
    yield "JSON of a million strings", "json", '{"a":[' + ",".join(['"we"'] * 1_000_000) + "]}", NOT_YES
    yield "JSON of escapes", "json", '{"a":"' + "\\u0000\\ud800" * 400_000 + '"}', NOT_YES
    yield "JSON with one key, often", "json", "{" + ",".join(['"a":"we"'] * 500_000) + "}", NOT_YES


def cases(group):
    """(name, extension, content, what it may come out as, further arguments)"""
    for name, extension, content, allowed, *rest in group():
        data = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
        yield name, extension, data, allowed, rest[0] if rest else []


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    if MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer_of(outcome):
    reading = outcome.json()
    return reading["is_policy"], reading["kind"]


class HostileDocuments(support.TestCase):
    @classmethod
    def setUpClass(cls):
        """Sanitizers reserve terabytes of address space and are slow: with them, only what is small."""
        super().setUpClass()
        global MEMORY
        cls.small_only = False
        trial = subprocess.run([support.MEETLAT, "--version"], preexec_fn=limits, capture_output=True, check=False)
        if trial.returncode != 0:
            MEMORY, cls.small_only = 0, True

    def check(self, group):
        checked = 0
        for name, extension, data, allowed, more in cases(group):
            if self.small_only and len(data) > MB // 5:
                continue
            with self.subTest(name):
                self.expect(allowed, self.write(f"document.{extension}", data), *more)
                checked += 1
        self.assertGreater(checked, 0)

    def expect(self, allowed, file, *more):
        outcome = self.meetlat("policy", file, "--format", "json", *more, preexec_fn=limits)
        self.assert_code(outcome, 0)
        reading = outcome.json()
        self.assertIn(answer_of(outcome), allowed, reading["why"])
        blind = reading["kind"] in ("not-readable", "unknown-language")
        for item, seen in reading["items"].items():
            self.assertLessEqual(len(seen["snippet"]), 206, item)
            # What could not be read does not lack anything.
            self.assertFalse(blind and seen["state"] == "not_found", item)
        return reading

    def test_markup(self):
        self.check(markup)

    def test_charsets(self):
        self.check(charsets)

    def test_plain_texts(self):
        self.check(texts)

    def test_markdown(self):
        self.check(markdown)

    def test_json(self):
        self.check(json_files)

    def test_pdfs(self):
        make_pdfs.main(self.dir)
        broken = ("image_only", "garbage", "empty", "no_pages", "user_password", "bomb_spaces",
                  "page_loop", "truncated")
        files = sorted(self.dir.glob("*.pdf"))
        self.assertGreater(len(files), 20)
        for file in files:
            with self.subTest(file.name):
                self.expect(BLIND if file.stem in broken else NOT_YES | FOUND, file)

    def test_the_rest_of_a_long_text_is_unknown(self):
        text = "".join(f"Nothing of note was said on the day with the number {i}.\n\n" for i in range(50_000)) + TEXT
        reading = self.expect({("unsure", "other")}, self.write("long.txt", text))
        states = {name: item["state"] for name, item in reading["items"].items()}
        self.assertEqual(states["complaint"], "not_measured", reading["items"]["complaint"])
        self.assertNotIn("not_found", states.values())

    def test_standard_input_that_never_ends(self):
        with open("/dev/zero", "rb") as zeros:
            process = self.start("policy", "-", "--format", "json", stdin=zeros, preexec_fn=limits)
            out, err = process.communicate(timeout=support.DEADLINE)
        outcome = self.assert_code(support.Outcome(process.returncode, out, err), 0)
        self.assertEqual(answer_of(outcome), ("unsure", "not-readable"))


def measure(pattern):
    case = HostileDocuments("check")
    case.setUp()
    for group in (markup, charsets, texts, markdown, json_files):
        for name, extension, data, allowed, more in cases(group):
            if re.search(pattern, name):
                show(case, name, case.write(f"document.{extension}", data), allowed, more)
    (case.dir / "pdf").mkdir()
    make_pdfs.main(case.dir / "pdf")
    for file in sorted((case.dir / "pdf").iterdir()):
        if re.search(pattern, file.name):
            show(case, file.name, file, None, [])
    case.doCleanups()


def show(case, name, file, allowed, more):
    with open(case.dir / "out", "w+b") as out, open(case.dir / "err", "w+b") as err:
        process = case.start("policy", file, "--format", "json", *more, preexec_fn=limits, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        outcome = support.Outcome(process.returncode, *(f.seek(0) or f.read() for f in (out, err)))
    try:
        answer = answer_of(outcome)
    except ValueError:
        answer = (outcome.err.strip()[:60],)
    sign = "  " if outcome.code == 0 and (allowed is None or answer in allowed) else "! "
    print(f"{sign}{name[:44]:44} {file.stat().st_size / MB:6.2f} MB {usage.ru_utime + usage.ru_stime:6.2f} s "
          f"{usage.ru_maxrss / 1024:5.0f} MB  {outcome.code}  {' '.join(answer)}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2] if len(sys.argv) > 2 else "")
    else:
        unittest.main(verbosity=2)
