"""What an audit learns from real signalling: prosody behind nginx, with and without a focus."""

import unittest

import xmpp_fixture
from support import TestCase, json_lines, wait_until
from xmpp_fixture import Signalling, Visitor


def facts_of(run):
    """path -> value, or "<why not>", of the only host of a Run."""
    found = {}
    for record in json_lines(run):
        for fact in record.get("evidence", []):
            found[fact["path"]] = fact["value"] if "value" in fact else f"<{fact['not_measured']['code']}>"
    return found


class XmppCase(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Signalling())

    def audit(self, host, *arguments):
        run = self.dir / "run.jsonl"
        run.unlink(missing_ok=True)
        outcome = self.meetlat("audit", self.server.url(host), "--only", "xmpp", "--run", run, "--format", "json",
                               *self.server.network, *arguments)
        self.assert_code(outcome, 0)
        self.run_text = run.read_text()
        return facts_of(run)



class Levels(XmppCase):
    def test_an_anonymous_server_is_described_by_its_own_answers(self):
        facts = self.audit("open.test")
        self.assertEqual(facts["xmpp.bosh"], True)
        self.assertEqual(facts["xmpp.websocket"], True)
        self.assertEqual(facts["xmpp.mechanisms"], ["ANONYMOUS"])
        self.assertEqual(facts["xmpp.guest_mechanisms"], "<not-attempted>")
        self.assertEqual(facts["xmpp.login.kind"], "open")
        self.assertEqual(facts["xmpp.rooms_listed"], 0)
        self.assertRegex(facts["xmpp.server.version"], r"^Prosody \d+\.\d+")
        self.assertEqual(facts["xmpp.room.start"], "<not-attempted>", "nobody asked for --join")
        self.assertNotIn("conference request", self.run_text)

    def test_the_servers_list_of_stun_servers_replaces_the_configurations(self):
        facts = self.audit("open.test")
        self.assertEqual(facts["jitsi.stun.hosts"], ["stun.open.test:3478"], "the configuration names an own one")
        self.assertEqual(facts["xmpp.ice.announced"], True)
        self.assertEqual(facts["xmpp.ice.source"], "server")
        self.assertEqual(facts["xmpp.ice.hosts"], ["stun:stun.elsewhere-company.example:19302/udp",
                                                   "turns:turn.open.test:5349/tcp"])
        self.assertEqual(facts["xmpp.ice.contacted"], facts["xmpp.ice.hosts"])
        self.assertEqual(facts["xmpp.ice.contacted_third_party"], ["stun.elsewhere-company.example:19302"])
        self.assertEqual(facts["xmpp.turn.static_login"], False)
        self.assertTrue(3000 <= facts["xmpp.turn.lifetime_seconds"] <= 3600, facts["xmpp.turn.lifetime_seconds"])

    def test_the_servers_list_clears_what_the_configuration_only_names(self):
        facts = self.audit("static.test")
        self.assertEqual(facts["jitsi.stun.third_party"], ["stun.l.google.com:19302"])
        self.assertEqual(facts["xmpp.ice.contacted"], ["turn:turn.static.test:443/tcp"])
        self.assertEqual(facts["xmpp.ice.contacted_third_party"], [])

    def test_without_a_list_of_the_server_the_configurations_holds(self):
        facts = self.audit("silent.test")
        self.assertEqual(facts["xmpp.ice.announced"], False)
        self.assertEqual(facts["xmpp.ice.source"], "configuration")
        self.assertEqual(facts["xmpp.ice.contacted_third_party"], ["stun.elsewhere-company.example:3478"])
        self.assertEqual(facts["xmpp.turn.lifetime_seconds"], "<not-attempted>")

    def test_without_a_websocket_everything_goes_by_bosh(self):
        facts = self.audit("silent.test")
        self.assertEqual(facts["xmpp.bosh"], True)
        self.assertEqual(facts["xmpp.websocket"], "<not-attempted>")
        self.assertEqual(facts["xmpp.login.kind"], "open")
        self.assertIn("anonymous login", self.run_text)
        self.assertIn("end of the session", self.run_text)

    def test_a_turn_login_without_an_end_is_seen_and_kept_nowhere(self):
        facts = self.audit("static.test", "--verbose")
        self.assertEqual(facts["xmpp.turn.static_login"], True)
        self.assertEqual(facts["xmpp.turn.lifetime_seconds"], "<not-attempted>")
        for secret in (xmpp_fixture.STATIC_PASSWORD, xmpp_fixture.STATIC_USER):
            self.assertNotIn(secret, self.run_text)

    def test_guests_may_come_in_where_the_main_domain_wants_accounts(self):
        facts = self.audit("secure.test")
        self.assertNotIn("ANONYMOUS", facts["xmpp.mechanisms"])
        self.assertEqual(facts["xmpp.guest_mechanisms"], ["ANONYMOUS"])
        self.assertEqual(facts["xmpp.login.kind"], "account-to-create")
        self.assertEqual(facts["xmpp.rooms_listed"], 0)

    def test_without_an_anonymous_login_nothing_more_is_asked(self):
        facts = self.audit("accounts.test")
        self.assertIn("SCRAM-SHA-1", facts["xmpp.mechanisms"])
        self.assertEqual(facts["xmpp.login.kind"], "account")
        for fact in ("xmpp.components", "xmpp.ice.announced", "xmpp.ice.contacted_third_party", "xmpp.rooms_listed"):
            self.assertEqual(facts[fact], "<not-attempted>", fact)
        self.assertNotIn("anonymous login (", self.run_text)

    def test_rooms_that_anybody_can_list_are_counted_and_not_named(self):
        for number in range(3):
            Visitor(self.server.http, "static.test").join(f"secret-meeting-{number}@conference.static.test")
        facts = self.audit("static.test")
        self.assertEqual(facts["xmpp.rooms_listed"], 3)
        self.assertNotIn("secret-meeting", self.run_text)

    def test_level_1_logs_in_nowhere(self):
        facts = self.audit("open.test", "--level", "1")
        self.assertEqual(facts["xmpp.mechanisms"], ["ANONYMOUS"])
        self.assertEqual(facts["xmpp.ice.announced"], "<not-attempted>")
        self.assertEqual(facts["xmpp.login.kind"], "<not-attempted>", "a token may still be asked for")
        facts = self.audit("accounts.test", "--level", "1")
        self.assertEqual(facts["xmpp.login.kind"], "account")

    def test_level_0_does_not_speak_to_the_signalling_at_all(self):
        facts = self.audit("open.test", "--level", "0")
        self.assertEqual(facts.pop("xmpp.login.needed"), "open", "what the configuration says")
        self.assertEqual({value for path, value in facts.items() if path.startswith("xmpp.")}, {"<not-attempted>"})
        self.assertNotIn("http-bind (", self.run_text)

    def test_an_audit_asks_little(self):
        self.audit("open.test")
        asked = [line for line in self.transcript() if line["kind"] in ("http", "websocket")]
        of_signalling = [line["request"] for line in asked if "http-bind" in line["request"] or line["kind"] != "http"]
        self.assertLessEqual(len(of_signalling), 3, of_signalling)
        self.audit("silent.test")
        asked = [line["request"] for line in self.transcript() if "http-bind" in line["request"]]
        self.assertLessEqual(len(asked), 10, asked)

    def transcript(self):
        return [line for record in json_lines(self.dir / "run.jsonl") for line in record.get("transcript", [])]


class Joining(XmppCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.start_focus()

    def test_alone_in_a_room_with_a_random_name(self):
        facts = self.audit("open.test", "--join")
        self.assertEqual(facts["xmpp.room.start"], "open")
        self.assertEqual(facts["xmpp.focus.properties"], ["authentication=false", "sipGatewayEnabled=false"])
        self.assertEqual(facts["xmpp.room.joined"], True)
        self.assertEqual(facts["xmpp.focus.version"], "1.0.1180")
        self.assertIn("muc_temporary", facts["xmpp.room.features"])
        self.assertEqual(facts["xmpp.room.lobby_on"], False)
        self.assertEqual(facts["xmpp.room.real_addresses"], "moderators")
        self.assertIn("occupants", facts["xmpp.room.information"])
        self.assertEqual(facts["xmpp.ice.announced"], True, "level 2 is asked as well")

    def test_the_room_is_left_and_is_another_one_each_time(self):
        before = len(self.server.focus.asked)
        self.audit("open.test", "--join")
        self.audit("open.test", "--join")
        first, second = self.server.focus.asked[before:]
        self.assertNotEqual(first, second)
        gone = self.server.focus.gone
        wait_until("both rooms to be left", lambda: {first, second} <= gone)

    def test_it_is_for_one_host_only(self):
        outcome = self.meetlat("audit", self.server.url("open.test"), self.server.url("static.test"), "--join")
        self.assert_code(outcome, 2)
        self.assertIn("exactly one host", outcome.err)
        self.assert_code(self.meetlat("rank", "--join"), 2)
        self.assert_code(self.meetlat("audit", self.server.url("open.test"), "--join", "--level", "1"), 2)


class LoginToStart(XmppCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.start_focus(authorized=False)

    def test_a_focus_that_wants_a_login_is_believed_and_no_room_is_entered(self):
        facts = self.audit("open.test", "--join")
        self.assertEqual(facts["xmpp.login.kind"], "open", "anybody may connect")
        self.assertEqual(facts["xmpp.room.start"], "login-needed")
        self.assertEqual(facts["xmpp.room.joined"], "<not-attempted>")


class Runs(XmppCase):
    def test_a_run_says_how_far_it_went_and_a_difference_of_depth_is_not_the_hosts(self):
        self.audit("open.test", "--level", "0")
        self.assertEqual(json_lines(self.dir / "run.jsonl")[0]["level"], 0)
        (self.dir / "run.jsonl").rename(self.dir / "shallow.jsonl")
        self.audit("open.test")
        self.assertEqual(json_lines(self.dir / "run.jsonl")[0]["level"], 2)


if __name__ == "__main__":
    unittest.main()
