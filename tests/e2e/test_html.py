#!/usr/bin/env python3
"""The HTML report as people and browsers meet it: nothing is loaded, foreign checkers find nothing to complain about, and
it works without a script and by keyboard. What Debian 12 has no package for comes from npm; without it, and without
chromium, those tests are skipped."""

import base64
import hashlib
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import unittest

import support

NODE_MODULES = support.TOP / "build" / "node" / "node_modules"
PACKAGES = ("puppeteer-core", "axe-core", "html-validate")
HOW = ("`apt-get install chromium` and `npm install --ignore-scripts --prefix build/node " + " ".join(PACKAGES) +
       "` in the project's folder")

VOID = {"meta", "br", "input", "link", "img", "hr"}
# Attributes by which an element loads something, or leads somewhere by itself.
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "manifest", "cite", "code",
           "codebase", "archive", "xlink:href", "style", "srcdoc", "longdesc", "imagesrcset"}
# What is made up from; the page has no other elements.
ELEMENTS = set("""html head meta title style body a header p h1 h2 h3 h4 h5 b span nav ul ol li main section div dl dt dd
details summary article code pre q br form label input select option output button table caption thead tbody tr th td
bdi svg rect line text desc circle polyline polygon figure figcaption footer script""".split())

# The form of the ranking filters as one types: there is nothing to submit (wcag/h32). Ids are host names (valid-id).
VALIDATE = """
const {HtmlValidate} = require(process.argv[2] + '/html-validate');
const validator = new HtmlValidate({extends: ['html-validate:standard', 'html-validate:a11y'], rules: {
  'wcag/h32': 'off', 'long-title': 'off', 'no-inline-style': 'error', 'require-sri': 'error', 'valid-id': ['error', {relaxed: true}]}});
validator.validateFile(process.argv[3]).then(report => console.log(JSON.stringify(
  report.results.flatMap(result => result.messages.map(message =>
    `${message.line}:${message.column} ${message.ruleId} ${message.message}`)))));
"""


class Reader(html.parser.HTMLParser):
    """Every element with its attributes, and what the elements that hold it are."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.stack, self.texts, self.problems = [], [], {}, []
        self.feed(text)
        self.close()
        if self.stack:
            self.problems.append(f"not closed: {self.stack}")

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"an attribute twice: {tag} {names}")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        if self.stack and self.stack[-1] in ("style", "script"):
            self.texts[self.stack[-1]] = self.texts.get(self.stack[-1], "") + data


def loads(reader):
    """What in the page makes a browser ask for something."""
    found = []
    for tag, attributes in reader.elements:
        if tag not in ELEMENTS:
            found.append(f"<{tag}>")
        for name, value in attributes.items():
            if name in LOADING or name.startswith("on"):
                found.append(f"<{tag} {name}={value}>")
            if name == "href" and (tag != "a" or not re.match(r"#|https?://", value)):
                found.append(f"<{tag} href={value}>")
            if value and "url(" in value:
                found.append(f"<{tag} {name}={value}>")
        if tag == "meta" and attributes.get("http-equiv", "").lower() not in ("", "content-security-policy"):
            found.append(f"<meta {attributes}>")
    for element in ("style", "script"):
        text = reader.texts.get(element, "")
        found += re.findall(r"@import|@font-face|url\(|image-set|\bfetch\b|XMLHttp|WebSocket|EventSource|sendBeacon|import\(|"
                            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|https?:", text)
    return found


class Page(support.TestCase):
    @classmethod
    def setUpClass(cls):
        """One crawl of some hosters with all kinds of ends, and its page."""
        super().setUpClass()
        case = cls.for_class()
        names = ["exemplary", "policy-german", "google-stun", "no-policy", "default-install", "not-jitsi", "insecure-cookies",
                 "robots-blocked", "dnssec-unsigned"]
        with support.Server(support.copy_personas(case.dir / "personas", names)) as server:
            case.assert_code(case.meetlat(*server.rank("--run", "run.jsonl", "--report", "html=page.html", "--vantage", "lab-1",
                                                       hosters=server.list)), 0)
        cls.run_file = case.dir / "run.jsonl"
        cls.hostile_file = case.dir / "hostile.jsonl"
        cls.hostile_file.write_text(hostile(cls.run_file), encoding="utf-8")
        cls.files = {"rank": case.dir / "page.html"}
        for language in ("nl", "de", "fr"):
            cls.files[language] = case.dir / f"{language}.html"
            case.assert_code(case.meetlat("report", cls.run_file, "--format", "html", "--lang", language, "--output",
                                          cls.files[language]), 0)
        host = next(record["host"] for record in support.json_lines(cls.run_file) if "default-install" in record.get("host", ""))
        for name, arguments in (("hostile", [cls.hostile_file]), ("one", [cls.run_file, "--host", host])):
            cls.files[name] = case.dir / f"{name}.html"
            case.assert_code(case.meetlat("report", *arguments, "--format", "html", "--output", cls.files[name]), 0)
        cls.texts = {name: file.read_text(encoding="utf-8") for name, file in cls.files.items()}
        cls.readers = {name: Reader(text) for name, text in cls.texts.items()}

    def node(self, script, *arguments):
        """What a script for node prints, as JSON."""
        chromium, node = shutil.which("chromium"), shutil.which("node")
        if not chromium or not node or not all((NODE_MODULES / package).is_dir() for package in PACKAGES):
            self.skipTest(f"what checks pages is not installed: {HOW}")
        done = subprocess.run([node, script, NODE_MODULES, *map(str, arguments)], capture_output=True, text=True, check=False,
                              timeout=240, env=support.environment(self.dir, TMPDIR=str(self.dir)))
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return json.loads(done.stdout)

    def test_every_element_is_closed_in_order(self):
        for name, reader in self.readers.items():
            with self.subTest(name):
                self.assertEqual(reader.problems, [])
                self.assertGreater(len(reader.elements), 200)

    def test_nothing_is_loaded(self):
        for name, reader in self.readers.items():
            with self.subTest(name):
                self.assertEqual(loads(reader), [])

    def test_that_check_sees_what_loads(self):
        for evil in ("<img src=x>", "<a href='javascript:x'>x</a>", "<p onclick=x>x</p>", "<link rel=stylesheet href=x>",
                     "<style>@import 'x'</style>", "<style>p{background:url(x)}</style>", "<p style='color:red'>x</p>",
                     "<meta http-equiv=refresh content=0>", "<script>fetch('x')</script>", "<svg><use href='x'></use></svg>"):
            self.assertNotEqual(loads(Reader(evil)), [], evil)

    def test_the_policy_allows_only_the_pages_own_style_and_script(self):
        for name, reader in self.readers.items():
            policy = next(attributes["content"] for tag, attributes in reader.elements
                          if tag == "meta" and "http-equiv" in attributes)
            parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
            digests = {element: "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
                       for element, text in reader.texts.items()}
            self.assertEqual(parts, {"default-src": "'none'", "style-src": digests["style"], "script-src": digests["script"],
                                     "img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}, name)

    def test_links_leave_no_trace(self):
        for tag, attributes in self.readers["rank"].elements:
            if tag == "a" and attributes["href"].startswith("http"):
                self.assertEqual(attributes.get("rel"), "noreferrer noopener nofollow", attributes)

    def test_every_host_and_the_stamp_of_the_demo_are_there(self):
        hosts = {record["host"].split(":")[0] for record in support.json_lines(self.run_file) if "host" in record}
        self.assertGreater(len(hosts), 5)
        for host in hosts:
            self.assertIn(host, self.texts["rank"])
        for text in self.texts.values():
            self.assertIn("DEMO", text)
        self.assertIn("lab-1", self.texts["rank"])

    def test_the_page_is_in_the_language_that_was_asked_for(self):
        for language, words in (("nl", "Wat niemand van buitenaf kan zien"), ("de", "Was niemand von außen sehen kann"),
                                ("fr", "Ce que personne ne peut voir de l’extérieur")):
            self.assertIn(f'<html lang="{language}">', self.texts[language])
            self.assertIn(words, self.texts[language])

    def test_a_language_without_words_is_refused_before_anybody_is_asked(self):
        outcome = self.assert_code(self.meetlat("audit", "meet.example.test", "--format", "html", "--lang", "es"), 2)
        self.assertIn("en, nl, de, fr", outcome.err)

    def test_a_hostile_run_writes_text_and_no_markup(self):
        reader, text = self.readers["hostile"], self.texts["hostile"]
        self.assertEqual([tag for tag, _ in reader.elements].count("script"), 1)
        self.assertEqual(sorted(attributes.get("id") for tag, attributes in reader.elements if attributes.get("id") == "evil"), [])
        self.assertGreater(text.count("&lt;script id=&quot;evil&quot;"), 5)
        self.assertNotRegex(text, "[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08\x1b]")
        self.assertNotIn("somebody@example.org", text)

    def test_html_validate_finds_nothing(self):
        script = self.write("validate.js", VALIDATE)
        for name, file in self.files.items():
            with self.subTest(name):
                self.assertEqual(self.node(script, file), [])

    def test_axe_finds_nothing_and_the_page_works_by_keyboard_and_without_a_script(self):
        script = pathlib.Path(__file__).parent / "browse_page.js"
        seen = self.node(script, shutil.which("chromium") or "", self.files["rank"])
        self.assertEqual(seen["requests"], [f"file://{self.files['rank']}"])
        self.assertEqual(seen["axe"], {name: [] for name in ("360 light", "360 dark", "1600 light", "1600 dark")})
        self.assertEqual(seen["complaints"], [])
        self.assertEqual(set(seen["overflow"].values()), {0}, "nothing is wider than the window")
        keyboard = seen["keyboard"]
        self.assertEqual(keyboard["first"], "skip")
        self.assertGreater(len(keyboard["before"]), 4)
        self.assertEqual(keyboard["sorted"], sorted(keyboard["before"]))
        self.assertEqual(keyboard["backwards"], sorted(keyboard["before"], reverse=True))
        self.assertEqual(keyboard["said"], "descending")
        self.assertEqual(keyboard["found"], keyboard["before"][:1])
        self.assertTrue(keyboard["count"].startswith("1 "), keyboard["count"])
        self.assertEqual(keyboard["reset"], keyboard["before"])
        self.assertTrue(keyboard["opened"])
        self.assertEqual(seen["plain"], {"hosts": keyboard["before"], "form": True, "overflow": 0})

    def test_axe_finds_nothing_in_other_languages_about_one_host_and_in_a_hostile_run(self):
        script = pathlib.Path(__file__).parent / "browse_page.js"
        for name in ("de", "hostile"):
            with self.subTest(name):
                seen = self.node(script, shutil.which("chromium") or "", self.files[name])
                self.assertEqual([line for lines in seen["axe"].values() for line in lines], [])
                self.assertEqual(set(seen["overflow"].values()), {0})
                self.assertEqual(seen["requests"], [f"file://{self.files[name]}"])


def hostile(run):
    """The Run with what a hostile host, list or vantage would write, wherever a text is shown."""
    evil = '<script id="evil">x</script>"\' onclick=x \u202e\u2066 \x1b[31m somebody@example.org ' + "x" * 300
    records = support.json_lines(run)
    for record in records:
        for fact in record.get("evidence", []):
            if isinstance(fact.get("value"), str) and fact["path"] in ("jitsi.operator.stated", "policy.url",
                                                                       "jitsi.build.web_text", "http.intermediary"):
                fact["value"] = evil
            if fact["path"] in ("parties.loaded", "hosting.web.countries") and isinstance(fact.get("value"), list):
                fact["value"] = [evil]
            if "not_measured" in fact:
                fact["not_measured"]["reason"] = evil
            for key in ("where", "excerpt", "check"):
                if key in fact:
                    fact[key] = evil
        if "vantage" in record:
            record["vantage"] = evil
        for target in record.get("targets", []):
            target["sources"] = [evil]
    return "".join(json.dumps(record) + "\n" for record in records)


if __name__ == "__main__":
    unittest.main()
