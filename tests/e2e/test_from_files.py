#!/usr/bin/env python3
"""meetlat audit --from-files: settings judged before they are deployed, without any network."""

import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import support

VALIDATE = pathlib.Path(__file__).with_name("validate_json.py")

# As a Debian package's file looks after somebody edited it, with what the web server fills in.
CONFIG = """
var subdomain = '<!--# echo var="subdomain" default="" -->';
if (subdomain) {
    subdomain = subdomain.substr(0, subdomain.length - 1).split('.').join('_').toLowerCase() + '.';
}
var config = {
    hosts: {
        domain: 'meet.orchard.test',
        muc: 'conference.' + subdomain + 'meet.orchard.test',
    },
    bosh: '//meet.orchard.test/http-bind', // same machine
    requireDisplayName: true,
    e2ee: { disabled: true },
    liveStreamingEnabled: true,
    legalUrls: { privacy: 'https://meet.orchard.test/static/privacy.html' },
    gravatar: { disabled: true },
    p2p: { enabled: true, stunServers: [ { urls: 'stun:stun.l.google.com:19302' } ], },
};
"""
INTERFACE = "var interfaceConfig = { APP_NAME: 'Orchard', PROVIDER_NAME: 'Orchard club', TOOLBAR_BUTTONS: [ 'camera' ] };\n"
PAGE = """<html><head><base href="/" /><title>Orchard</title>
<!--#include virtual="head.html" -->
<script><!--#include virtual="/config.js" --></script>
<script><!--#include virtual="/interface_config.js" --></script>
<script src="libs/lib-jitsi-meet.min.js?v=9268"></script><script src="libs/app.bundle.min.js?v=9268"></script>
</head><body><div id="react"></div></body></html>
"""
FONTS = '<link rel="stylesheet" href="https://fonts.lantern.test/a.css">'


def outcomes(report):
    return {finding["rule"]: finding["outcome"] for finding in report["hosts"][0]["findings"]}


def words(text):
    return " ".join(text.split())


class FromFiles(support.TestCase):
    def judge(self, *arguments, **options):
        return self.meetlat("audit", "--from-files", *arguments, **options)

    def outcomes(self, *arguments, **options):
        return outcomes(self.assert_code(self.judge(*arguments, "--format", "json", **options), 0).json())

    def test_settings_that_fail_and_pass_are_found_by_the_same_rules(self):
        seen = self.outcomes(self.write("config.js", CONFIG), "--build", "stable-11031")
        failing = ("no-third-party-stun", "display-name-not-required", "e2ee-offered", "livestreaming-off")
        passing = ("no-third-party-avatars", "legal-links-are-own", "no-third-party-signalling", "server-recording-off",
                   "configuration-readable")
        self.assertEqual({rule: seen[rule] for rule in failing}, dict.fromkeys(failing, "fail"))
        self.assertEqual({rule: seen[rule] for rule in passing}, dict.fromkeys(passing, "pass"))

    def test_what_only_a_host_can_answer_is_not_measured(self):
        report = self.judge(self.write("config.js", CONFIG), "--format", "json").json()
        seen = outcomes(report)
        for rule in ("certificate-trusted", "hsts-enabled", "tls-1-2-or-newer", "ipv6-available", "cookies-secure",
                     "privacy-policy-published", "no-third-party-page-resources", "no-undisclosed-intermediary",
                     "operator-identified", "http-redirects-to-https"):
            self.assertEqual(seen[rule], "not-measured", rule)
        self.assertEqual(seen["build-recent"], "not-measured")
        for fact in report["hosts"][0]["evidence"]:
            self.assertNotIn("curl", fact.get("check", ""), fact)
            self.assertNotIn("https://meet.orchard.test/ ", json.dumps(fact) + " ", fact)

    def test_nothing_looks_as_if_a_host_had_been_measured(self):
        file = self.write("config.js", CONFIG)
        outcome = self.assert_code(self.judge(file, "--format", "json"), 0)
        host = outcome.json()["hosts"][0]
        self.assertEqual((host["status"], host["url"], host["grade"], host["range"], host["rank"]),
                         ("from-files", None, None, None, None))
        summary = outcome.json()["summary"]
        self.assertEqual((summary["listed"], summary["audited"], summary["graded"]), (0, 0, 0))
        path = self.write("report.json", outcome.out)
        schema = subprocess.run([sys.executable, VALIDATE, support.SCHEMA, path], capture_output=True, check=False)
        self.assertIn(schema.returncode, (0, 77), schema.stdout)
        text = self.assert_code(self.judge(file), 0).out
        self.assertIn("OFFLINE", text)
        self.assertIn("config.js, read for meet.orchard.test (as hosts.domain has it)", text)
        for word in ("Observed", "Main reason", " audited,", "Run by", "To check by hand"):
            self.assertNotIn(word, text)
        self.assertFalse((self.dir / ".local").exists())

    def test_no_network_is_used(self):
        if shutil.which("strace") is None:
            self.skipTest("strace is not installed")
        file = self.write("config.js", CONFIG)
        trace = self.dir / "trace"
        outcome = self.judge(file, wrapper=["strace", "-f", "-e", "trace=socket,connect", "-o", trace])
        if not trace.exists() or outcome.code != 0:
            self.skipTest("strace does not work here")
        self.assertNotIn("AF_INET", trace.read_text())

    def test_each_file_is_told_by_its_content(self):
        names = [self.write(name, text) for name, text in (("one", INTERFACE), ("two", CONFIG), ("three", PAGE))]
        seen = self.outcomes(*names)
        self.assertEqual(seen["e2ee-offered"], "fail")
        self.assertEqual(seen["build-recent"] in ("pass", "fail"), True)
        without = self.outcomes(self.write("config.js", CONFIG.replace("e2ee: { disabled: true },", "")),
                                self.write("interface_config.js", INTERFACE))
        self.assertEqual(without["e2ee-offered"], "not-measured")

    def test_a_page_with_inlined_settings_is_enough(self):
        page = PAGE.replace('<!--#include virtual="/config.js" -->', CONFIG).replace("</head>", FONTS + "</head>")
        seen = self.outcomes(self.write("index.html", page))
        self.assertEqual(seen["no-third-party-stun"], "fail")
        self.assertEqual(seen["no-third-party-page-resources"], "fail")

    def test_a_page_is_not_called_clean_while_it_includes_what_was_not_given(self):
        page = self.write("index.html", PAGE)
        config = self.write("config.js", CONFIG)
        report = self.judge(page, config, "--format", "json").json()
        finding = next(each for each in report["hosts"][0]["findings"] if each["rule"] == "no-third-party-page-resources")
        self.assertEqual(finding["outcome"], "not-measured")
        self.assertIn("index.html:2 head.html", finding["reason"])
        whole = self.write("whole.html", PAGE.replace('<!--#include virtual="head.html" -->', ""))
        self.assertEqual(self.outcomes(whole, config)["no-third-party-page-resources"], "pass")

    def test_placeholders_are_named_with_their_line_and_their_values_unknown(self):
        text = ("var config = {\n  hosts: { domain: '{{ jitsi_domain }}', muc: 'conference.__DOMAIN__' },\n"
                "  bosh: '//__DOMAIN__/http-bind',\n  enableUserRolesBasedOnToken: {{ roles }},\n"
                "  p2p: { stunServers: [ { urls: 'stun:__DOMAIN__:3478' } ] },\n"
                "  requireDisplayName: true,\n  liveStreaming: { enabled: '<!--# echo var=\"live\" -->' }\n};\n")
        outcome = self.assert_code(self.judge(self.write("config.js.j2", text), "--format", "json"), 0)
        for place in ("config.js.j2:2: {{ jitsi_domain }}", "config.js.j2:3: __DOMAIN__", "config.js.j2:4: {{ roles }}",
                      'config.js.j2:7: <!--# echo var="live" -->', "do not name one host"):
            self.assertIn(place, outcome.err)
        seen = outcomes(outcome.json())
        self.assertEqual(seen["display-name-not-required"], "fail")
        for rule in ("no-third-party-signalling", "no-third-party-stun", "livestreaming-off"):
            self.assertEqual(seen[rule], "not-measured", rule)

    def test_without_a_host_nobody_is_called_a_third_party(self):
        text = "var config = { hosts: { domain: 'meet.jitsi' }, p2p: { stunServers: [ { urls: 'stun:stun.lantern.test' } ] } };"
        file = self.write("config.js", text)
        report = self.judge(file, "--format", "json").json()
        self.assertEqual(outcomes(report)["no-third-party-stun"], "not-measured")
        self.assertIn("--host", next(each["reason"] for each in report["hosts"][0]["findings"]
                                     if each["rule"] == "no-third-party-stun"))
        self.assertEqual(self.outcomes(file, "--host", "meet.lantern.test")["no-third-party-stun"], "pass")
        self.assertEqual(self.outcomes(file, "--host", "meet.orchard.test")["no-third-party-stun"], "fail")

    def test_names_of_two_organisations_do_not_tell_whose_the_files_are(self):
        file = self.write("config.js", CONFIG.replace("'//meet.orchard.test/http-bind'", "'//meet.lantern.test/http-bind'"))
        self.assertEqual(self.outcomes(file)["no-third-party-signalling"], "not-measured")
        self.assertEqual(self.outcomes(file, "--host", "meet.orchard.test")["no-third-party-signalling"], "fail")
        self.assertEqual(self.outcomes(file, "--host", "meet.lantern.test")["no-third-party-signalling"], "pass")

    def test_the_build_decides_what_an_absent_key_means(self):
        file = self.write("config.js", CONFIG.replace("stunServers: [ { urls: 'stun:stun.l.google.com:19302' } ],", ""))
        self.assertEqual(self.outcomes(file)["no-third-party-stun"], "not-measured")
        for build in ("9268", "stable-11031", "1.0.9268-1", "2.0.11031-1"):
            with self.subTest(build):
                report = self.judge(file, "--build", build, "--format", "json").json()
                self.assertEqual(outcomes(report)["no-third-party-stun"], "fail")
                self.assertIn("meet-jit-si-turnrelay.jitsi.net", json.dumps(report))
        for build in ("newest", "-3", "stable-1"):
            self.assertIn("--build", self.assert_code(self.judge(file, "--build=" + build), 2).err)

    def test_standard_input_is_a_file_too(self):
        self.assertEqual(self.outcomes("-", stdin=CONFIG.encode())["no-third-party-stun"], "fail")

    def test_gates_make_it_a_hook(self):
        bad = self.write("config.js", CONFIG)
        outcome = self.assert_code(self.judge(bad, "--fail-on", "medium", "--quiet"), 1)
        self.assertIn("no-third-party-stun", outcome.err)
        good = self.write("good.js", "var config = { hosts: { domain: 'meet.orchard.test' }, bosh: '/http-bind', "
                                     "enableInsecureRoomNameWarning: true, disableThirdPartyRequests: true, "
                                     "p2p: { stunServers: [] }, legalUrls: { privacy: '/static/privacy.html' } };")
        self.assert_code(self.judge(good, "--fail-on", "medium"), 0)

    def test_wrong_use_is_refused(self):
        file = self.write("config.js", CONFIG)
        for arguments, word in (([file, "--min-grade", "B"], "--fail-on"), ([file, "--max-not-measured", "0"], "--fail-on"),
                                ([file, "--format", "table"], "table"), ([file, "--advice=policy"], "--advice=policy"),
                                ([file, "--host", "not a host"], "--host")):
            with self.subTest(arguments):
                outcome = self.assert_code(self.judge(*arguments), 2)
                self.assertIn(word, outcome.err)
                self.assertEqual(outcome.out, "")
        self.assertIn("--from-files", self.assert_code(self.meetlat("audit", "--host", "meet.orchard.test"), 2).err)
        self.assertIn("--host", self.assert_code(self.meetlat("audit", "meet.orchard.test", "--from-files", file), 2).err)
        self.assertIn("HOST", self.assert_code(self.meetlat("audit"), 2).err)

    def test_files_that_are_neither_are_errors_that_name_them(self):
        for name, content in (("notes.txt", "Buy apples\n"), ("other.js", "function a() { return 1; }\n"),
                              ("empty.js", "")):
            with self.subTest(name):
                self.assertIn(name, self.assert_code(self.judge(self.write(name, content)), 2).err)
        self.assertIn("gone.js", self.assert_code(self.judge(self.dir / "gone.js"), 3).err)
        fragment = self.write("custom-config.js", "config.requireDisplayName = true;\n")
        self.assertIn("additions", self.assert_code(self.judge(fragment), 2).err)
        both = self.outcomes(self.write("config.js", CONFIG.replace("requireDisplayName: true,", "")), fragment)
        self.assertEqual(both["display-name-not-required"], "fail")

    def test_a_file_that_no_browser_runs_fails_and_nothing_in_it_is_judged(self):
        comma = CONFIG.replace("requireDisplayName: true,", "requireDisplayName: true")
        for name, text, place in (("comma.js", comma, "line 13"), ("brace.js", CONFIG + "}\n", "line 19"),
                                  ("cut.js", CONFIG[:CONFIG.index("gravatar")], "line 15"),
                                  ("quote.js", CONFIG.replace("// same machine", "'l'article'"), "line 11")):
            with self.subTest(name):
                outcome = self.assert_code(self.judge(self.write(name, text), "--host", "meet.orchard.test",
                                                      "--fail-on", "medium", "--format", "json"), 1)
                findings = {each["rule"]: each for each in outcome.json()["hosts"][0]["findings"]}
                self.assertEqual(findings["configuration-readable"]["outcome"], "fail")
                self.assertEqual(findings["no-third-party-stun"]["outcome"], "not-measured")
                self.assertIn(f"{name} {place}: ", json.dumps(outcome.json()))
                self.assertIn("browsers do not run it", json.dumps(outcome.json()))

    def test_what_was_not_understood_stands_in_the_report(self):
        template = CONFIG.replace("requireDisplayName: true,", "{% if x %}\n requireDisplayName: true,\n{% endif %}")
        outcome = self.assert_code(self.judge(self.write("part.js", template), "--quiet"), 0)
        self.assertIn("not all of it was understood", words(outcome.out))
        self.assertIn("part.js: line 12", words(outcome.out))

    def test_a_build_newer_than_the_table_is_not_called_free_of_advisories(self):
        seen = self.outcomes(self.write("config.js", CONFIG), "--build", "99999")
        for rule in ("no-unfixed-advisory", "no-old-confidentiality-advisory", "build-recent"):
            self.assertEqual(seen[rule], "not-measured", rule)

    def test_lines_are_those_of_the_file_that_was_given(self):
        file = self.write("deb-config.js", CONFIG)
        more = self.write("more.js", "config.requireDisplayName = true;\nconfig.p2p.stunServers[0] = { urls: 'stun:stun.lantern.test' };\n")
        self.assertIn("deb-config.js line 17", self.judge(file).out)
        both = words(self.judge(file, more).out)
        self.assertIn("more.js line 2)", both)
        self.assertIn("deb-config.js line 17", both)

    def test_an_include_behind_the_settings_may_change_them(self):
        file = self.write("config.js", CONFIG + '<!--# include virtual="more.js" -->\n')
        seen = self.outcomes(file)
        self.assertEqual(seen["no-third-party-avatars"], "not-measured")
        self.assertEqual(seen["no-third-party-stun"], "not-measured")

    def test_a_region_that_cannot_be_read_is_said_with_its_line_and_makes_the_rest_unknown(self):
        broken = CONFIG.replace("liveStreamingEnabled: true,", "liveStreamingEnabled: = ;")
        outcome = self.judge(self.write("config.js", broken), "--format", "json")
        self.assertIn("line 14", outcome.err)
        if outcome.code == 0:
            self.assertNotEqual(outcomes(outcome.json())["server-recording-off"], "pass")


if __name__ == "__main__":
    unittest.main()
