#!/usr/bin/env python3
"""meetlat audit --advice: what to change, in order, with lines that were tried out."""

import pathlib
import re
import shutil
import subprocess
import unittest

import support
import yaml

HOST = "meet.orchard.test"
START = f"var config = {{ hosts: {{ domain: '{HOST}', muc: 'conference.{HOST}' }}, bosh: '//{HOST}/http-bind'"
FINE = ("p2p: { stunServers: [] }, enableInsecureRoomNameWarning: true, gravatar: { disabled: true }, "
        "legalUrls: { privacy: '/static/privacy.html' }")

# A setting that fails a rule, and words that its remedy must and must not hold.
BAD = {
    "no-third-party-stun": ("p2p: { stunServers: [ { urls: 'stun:stun.l.google.com:19302' } ] }",
                            f"stun:{HOST}:3478", "p2pStunServers"),
    "no-analytics": ("analytics: { matomoEndpoint: 'https://stats.lantern.test/', matomoSiteID: '4' }",
                     "disabled: true", "disableThirdPartyRequests"),
    "no-third-party-avatars": ("gravatar: { baseUrl: 'https://faces.lantern.test/' }",
                               "config.gravatar", "disableThirdPartyRequests"),
    "no-third-party-integrations": ("inviteServiceUrl: 'https://invite.lantern.test/', "
                                    "dialInNumbersUrl: '/numbers', whiteboard: { enabled: true, "
                                    "collabServerBaseUrl: 'https://board.lantern.test' }",
                                    "delete config.inviteServiceUrl;", "dialInNumbersUrl"),
    "no-third-party-signalling": ("websocket: 'wss://chat.lantern.test/xmpp-websocket'",
                                  f"wss://{HOST}/xmpp-websocket", "config.bosh"),
    "no-third-party-login": ("tokenAuthUrl: 'https://login.lantern.test/{room}'", "delete config.tokenAuthUrl;",
                             "microsoft"),
    "legal-links-are-own": ("legalUrls: {}", f"https://{HOST}/static/privacy.html", "p2p"),
    "display-name-not-required": ("requireDisplayName: true", "config.requireDisplayName = false;", "prejoin"),
    "prejoin-page-on": ("prejoinConfig: { enabled: false }", "config.prejoinConfig", "prejoinPageEnabled"),
    "insecure-room-name-warning": ("enableInsecureRoomNameWarning: false", "config.enableInsecureRoomNameWarning = true",
                                   "legalUrls"),
    "livestreaming-off": ("liveStreamingEnabled: true, liveStreaming: { enabled: false }",
                          "delete config.liveStreamingEnabled;", "config.liveStreaming ="),
    "server-recording-off": ("recordingService: { enabled: true }", "config.recordingService", "fileRecordings"),
    "transcription-off": ("transcription: { enabled: true }", "config.transcription", "transcribingEnabled"),
    "e2ee-offered": ("testing: { disableE2EE: true }", "config.testing.disableE2EE = false;", "config.e2ee"),
}


def config(members=""):
    return f"{START}, {FINE}{', ' if members else ''}{members} }};\n"


def unwrapped(text):
    return " ".join(text.split())


class Settings(support.TestCase):
    """From files, where the settings are at hand to be changed."""

    def judge(self, *arguments):
        return self.meetlat("audit", "--from-files", *arguments, "--build", "9268", "--host", HOST)

    def outcomes(self, file):
        report = self.assert_code(self.judge(file, "--format", "json"), 0).json()
        return {finding["rule"]: finding["outcome"] for finding in report["hosts"][0]["findings"]}

    def test_the_settings_to_paste_make_the_rule_pass_and_hold_nothing_else(self):
        for rule, (bad, wanted, unwanted) in BAD.items():
            with self.subTest(rule):
                file = self.write("config.js", config(bad))
                self.assertEqual(self.outcomes(file)[rule], "fail")
                snippet = self.assert_code(self.judge(file, "--advice=config"), 0).out
                code = "\n".join(line for line in snippet.splitlines() if not line.startswith("//"))
                self.assertIn(wanted, code)
                self.assertNotIn(unwanted, code)
                self.assertIn(f"// {rule}: ", snippet)
                self.assertNotIn("cannot be told", snippet)
                after = self.outcomes(self.write("config.js", config(bad) + snippet))
                self.assertNotEqual(after[rule], "fail")
                if rule != "e2ee-offered":  # files do not tell whether the client's own files are there
                    self.assertEqual(after[rule], "pass")

    def test_everything_at_once_is_mended_by_one_paste(self):
        members = ", ".join(bad for rule, (bad, _, _) in BAD.items())
        file = self.write("config.js", config(members))
        before = self.outcomes(file)
        self.assertGreaterEqual(sum(outcome == "fail" for outcome in before.values()), len(BAD))
        snippet = self.assert_code(self.judge(file, "--advice=config"), 0).out
        after = self.outcomes(self.write("config.js", config(members) + snippet))
        self.assertEqual([rule for rule in BAD if after[rule] == "fail"], [])

    def test_the_settings_are_javascript(self):
        node = shutil.which("node") or shutil.which("nodejs")
        members = ", ".join(bad for bad, _, _ in BAD.values())
        file = self.write("config.js", config(members))
        snippet = self.judge(file, "--advice=config").out
        self.assertTrue(all(line.count("//") or line.rstrip().endswith((";", "{", ",", "[")) or not line.strip()
                            for line in snippet.splitlines()), snippet)
        if node is None:
            self.skipTest("node is not installed")
        script = self.write("run.js", config(members) + snippet + "\nconsole.log(JSON.stringify(config));\n")
        ran = subprocess.run([node, script], capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        result = support.json.loads(ran.stdout)
        self.assertEqual(result["p2p"]["stunServers"], [{"urls": f"stun:{HOST}:3478"}])
        self.assertNotIn("tokenAuthUrl", result)
        self.assertEqual(result["dialInNumbersUrl"], "/numbers")

    def test_settings_that_are_fine_need_no_paste(self):
        outcome = self.assert_code(self.judge(self.write("config.js", config()), "--advice=config"), 0)
        self.assertIn("No change of these settings is needed", outcome.out)
        self.assertTrue(all(line.startswith("//") or not line for line in outcome.out.splitlines()))

    def test_lines_are_those_of_the_installation(self):
        file = self.write("config.js", config(BAD["no-third-party-stun"][0]))
        debian = self.judge(file, "--advice", "--for", "debian").out
        docker = self.judge(file, "--advice", "--for", "docker").out
        self.assertIn(f"/etc/jitsi/meet/{HOST}-config.js:", debian)
        self.assertNotIn("ocker", debian.split("1. ")[1].split("Cannot be judged")[0])
        self.assertIn("P2P_STUN_SERVERS", docker)
        self.assertIn("~/.jitsi-meet-cfg/web/custom-config.js:", docker)
        self.assertNotIn("/etc/jitsi", docker)

    def test_gates_hold_with_advice_too(self):
        file = self.write("config.js", config(BAD["no-analytics"][0]))
        self.assert_code(self.judge(file, "--advice", "--fail-on", "high"), 1)


RULES = pathlib.Path(__file__).resolve().parents[2] / "rules"
VHOST = """
daemon off;
pid {dir}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  {http}
  {outside}
  server {{
    listen 443 ssl http2;
    listen 80;
    server_name {host};
    ssl_certificate {dir}/fullchain.pem;
    ssl_certificate_key {dir}/privkey.pem;
    set $prefix "";  # as the packaged vhost does
    {inside}
  }}
}}
"""
# What a vhost has once already: there, the advice's line stands in place of it.
SINGLE = ("ssl_certificate", "ssl_certificate_key")


def entries(prefix):
    for path in sorted(RULES.rglob("*.yml")):
        rule = yaml.safe_load(path.read_text())
        for config in rule.get("config", []) if isinstance(rule, dict) else []:
            if config["file"].startswith(prefix):
                yield path.stem, config["file"], config["lines"].replace("HOST", HOST)


class Lines(support.TestCase):
    """Lines of the rules, read by the programs that they are for."""

    def setUp(self):
        super().setUp()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", self.dir / "privkey.pem", "-out", self.dir / "fullchain.pem", "-subj", f"/CN={HOST}",
                        "-days", "3"], check=True, capture_output=True)
        shutil.copy(self.dir / "fullchain.pem", self.dir / "chain.pem")

    @unittest.skipUnless(shutil.which("nginx"), "nginx is not installed: apt-get install nginx-light")
    def test_nginx_takes_every_line_inside_a_vhost_that_listens_already(self):
        tested = 0
        for rule, file, lines in entries("/etc/nginx/"):
            with self.subTest(rule=rule, file=file):
                lines = lines.replace(f"/etc/letsencrypt/live/{HOST}", str(self.dir))
                lines = lines.replace("include snippets/protections.conf", f"include {self.dir}/protections.conf")
                (self.dir / "protections.conf").write_text("add_header X-Content-Type-Options nosniff always;\n")
                inside, outside, http = lines, "", ""
                if file == "/etc/nginx/nginx.conf":
                    inside, http = "", lines
                elif lines.lstrip().startswith("server {"):
                    inside, outside = "", lines
                text = VHOST.format(dir=self.dir, host=HOST, inside=inside, outside=outside, http=http)
                for name in SINGLE:
                    if re.search(rf"(?m)^\s*{name} ", inside):
                        text = re.sub(rf"(?m)^    {name} .*\n", "", text, count=1)
                path = self.write("nginx.conf", text)
                ran = subprocess.run(["nginx", "-t", "-p", self.dir, "-c", pathlib.Path(self.dir, path)],
                                     capture_output=True, text=True, check=False)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                tested += 1
        self.assertGreater(tested, 20)

    @unittest.skipUnless(shutil.which("luac5.4"), "lua is not installed: apt-get install lua5.4")
    def test_lines_for_prosody_are_lua(self):
        compiler = ["luac5.4", "-p"]
        for rule, _, lines in entries("/etc/prosody/prosody.cfg.lua (xmpp)"):
            with self.subTest(rule):
                ran = subprocess.run([*compiler, self.dir / self.write("p.lua", lines + "\n")], capture_output=True,
                                     text=True, check=False)
                self.assertEqual(ran.returncode, 0, ran.stderr)

    @unittest.skipUnless(shutil.which("turnserver"), "coturn is not installed: apt-get install coturn")
    def test_lines_for_coturn_are_options_that_it_has(self):
        known = subprocess.run(["turnserver", "--help"], capture_output=True, text=True, check=False)
        for rule, _, lines in entries("/etc/turnserver.conf (turns)"):
            for line in lines.splitlines():
                with self.subTest(rule=rule, line=line):
                    self.assertRegex(known.stdout + known.stderr, rf"--{re.escape(line.split('=')[0])}\b")


class Hosts(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(support.Server())

    def host(self, persona):
        return next(host for host in self.server.ids() if host.startswith(f"meet.{persona}."))

    def advise(self, persona, *arguments):
        return self.meetlat("audit", self.host(persona), *self.server.network, "--quiet", *arguments)

    def test_the_change_that_gains_most_comes_first_with_the_letter_that_follows(self):
        outcome = self.assert_code(self.advise("default-install", "--advice"), 0)
        text = outcome.out
        self.assertRegex(text, r"Now: [A-F] \(")
        first = unwrapped(text.split(" 1. ")[1].split(" 2. ")[0])
        self.assertRegex(first, r"\+\d+\.\d points at most; with it: at most [A-F] \d")
        numbers = [int(each) for each in re.findall(r"(?m)^ ?(\d+)\. ", text)]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        letters = re.findall(r"with (?:it|1-\d+): (?:at most )?([A-F]) (\d+)", unwrapped(text))
        self.assertEqual(len(letters), len(numbers))
        self.assertEqual([letter for letter, _ in letters], sorted((letter for letter, _ in letters), reverse=True))
        scores = [int(score) for _, score in letters]
        self.assertEqual(scores, sorted(scores))

    def test_every_failed_rule_is_in_the_list_once(self):
        for persona in ("default-install", "old-2020", "no-policy", "analytics-login"):
            with self.subTest(persona):
                report = self.assert_code(self.advise(persona, "--format", "json"), 0).json()
                failed = sorted(finding["rule"] for finding in report["hosts"][0]["findings"]
                                if finding["outcome"] == "fail")
                text = self.assert_code(self.advise(persona, "--advice", "--columns", "200"), 0).out
                named = [rule for line in re.findall(r"(?m)^    Rules: (.*(?:\n {11}.*)*)", text)
                         for rule in unwrapped(line).split(", ")]
                self.assertEqual(sorted(named), failed)

    def test_one_update_is_one_change(self):
        text = unwrapped(self.advise("old-2020", "--advice").out)
        self.assertEqual(text.count("apt update && apt install jitsi-meet"), 1)
        self.assertIn("Comes with a release of Jitsi Meet", text)

    def test_side_effects_and_choices_are_said(self):
        text = unwrapped(self.advise("google-stun", "--advice").out)
        self.assertIn("can break calls of two", text)
        self.assertIn("A choice: users lose something by it.", unwrapped(self.advise("livestream", "--advice").out))
        self.assertIn("Hard to take back", unwrapped(self.advise("no-hsts", "--advice").out))

    def test_settings_of_a_host_are_tried_before_they_are_listed(self):
        for persona, rule, wanted in (("google-stun", "no-third-party-stun", "config.p2p.stunServers"),
                                      ("avatars", "no-third-party-avatars", "config.gravatar"),
                                      ("etherpad-elsewhere", "no-third-party-integrations", "etherpad_base"),
                                      ("e2ee-off", "e2ee-offered", "config.testing.disableE2EE = false;"),
                                      ("foreign-bosh", "no-third-party-signalling", "config.bosh")):
            with self.subTest(persona):
                snippet = self.assert_code(self.advise(persona, "--advice=config"), 0).out
                self.assertIn(f"// {rule}: ", snippet)
                self.assertIn(wanted, snippet)
                self.assertIn(f"meet.{persona}.test", snippet)
                self.assertNotRegex(snippet, r"(?<![A-Z_])HOST(?![A-Z_])")  # STUN_HOST is a name of Docker's
                self.assertNotIn("cannot be told", snippet)

    def test_what_was_not_measured_is_listed_apart(self):
        text = self.assert_code(self.advise("config-unreadable", "--advice"), 0).out
        self.assertIn("Cannot be judged:", text)
        self.assertIn("because:", text.split("Cannot be judged:")[1])

    def test_markdown_goes_to_a_file(self):
        self.assert_code(self.advise("google-stun", "--advice", "--format", "markdown", "--output", "todo.md"), 0)
        text = (self.dir / "todo.md").read_text()
        self.assertTrue(text.startswith("# What to change: "))
        self.assertIn("```js\n", text)
        self.assertEqual(text.count("```") % 2, 0)

    def test_a_host_that_cannot_be_audited_gets_no_advice(self):
        outcome = self.assert_code(self.meetlat("audit", "meet.nowhere.invalid", "--advice", "--quiet"), 4)
        self.assertIn("nothing to advise", outcome.err)
        self.assertEqual(outcome.out, "")

    def test_wrong_use_is_refused(self):
        host = self.host("exemplary")
        for arguments in (["--advice=gift"], ["--advice", "meet.other.test"], ["--advice", "--report", "json=a.json"],
                          ["--advice", "--format", "json"], ["--advice=config", "--format", "markdown"],
                          ["--for", "docker"]):
            with self.subTest(arguments):
                self.assertEqual(self.assert_code(self.meetlat("audit", host, *arguments), 2).out, "")


if __name__ == "__main__":
    unittest.main()
