#!/usr/bin/env python3
"""The XMPP servers of the fixture hosters, seen by programs that are not ours: curl for BOSH, python3-websockets and
python3-slixmpp for WebSocket. What a foreign client understands is not just our own mistake made twice."""

import asyncio
import contextlib
import json
import ssl
import subprocess
import unittest
import xml.etree.ElementTree as ET

import support

try:
    import slixmpp
    import slixmpp.exceptions
    import websockets
    FOREIGN = None
except ImportError as error:
    FOREIGN = f"{error}: the Debian packages python3-slixmpp and python3-websockets are needed"

BOSH = "http://jabber.org/protocol/httpbind"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
INFO = "{http://jabber.org/protocol/disco#info}"
SERVICES = "{urn:xmpp:extdisco:2}"
FOCUS = "http://jitsi.org/protocol/focus"
ALLOWED = 60  # seconds for one conversation; none depends on how fast it is


class Hosters(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.server = stack.enter_context(support.Server())
        cls.address = {}
        for line in cls.server.hosts.read_text().splitlines():
            if line and not line.startswith(("#", "::")):
                address, *names = line.split()
                cls.address.update(dict.fromkeys(names, address))

    def curl(self, host, path, *arguments, body=None):
        """Status, headers in lower case and body of one request."""
        port = self.server.port
        done = subprocess.run(
            ["curl", "-s", "-i", "--http1.1", "--noproxy", "*", "-m", str(ALLOWED), "--cacert", self.server.ca,
             "--resolve", f"{host}:{port}:{self.address[host]}", *arguments,
             *(["--data-binary", "@-", "-H", "Content-Type: text/xml; charset=utf-8"] if body is not None else []),
             f"https://{host}:{port}{path}"],
            input=body.encode() if body is not None else None, capture_output=True, check=False)
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        self.assertTrue(head, f"curl ended with {done.returncode}")
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return int(status.split()[1]), headers, rest.decode(errors="replace")

    def bosh(self, host, body, path="/http-bind"):
        status, headers, answer = self.curl(host, path, body=body)
        self.assertEqual(status, 200)
        self.assertEqual(headers["content-type"], "text/xml; charset=utf-8")
        return ET.fromstring(answer)

    def mechanisms(self, host, path="/http-bind", to=None):
        answer = self.bosh(host, f"<body xmlns='{BOSH}' to='{to or host}' rid='77' wait='5' hold='1' ver='1.6'/>", path)
        return [found.text for found in answer.iter(f"{{{SASL}}}mechanism")]


class Bosh(Hosters):
    def test_curl_logs_in_and_asks_for_services(self):
        host = "meet.exemplary.test"
        first = self.bosh(host, f"<body xmlns='{BOSH}' to='{host}' rid='1000' wait='5' hold='1' ver='1.6' "
                                f"xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'/>")
        sid = first.get("sid")
        self.assertTrue(sid)
        self.assertEqual([m.text for m in first.iter(f"{{{SASL}}}mechanism")], ["ANONYMOUS"])

        def say(rid, content, more=""):
            return self.bosh(host, f"<body xmlns='{BOSH}' sid='{sid}' rid='{rid}' {more}>{content}</body>")

        success = say(1001, f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>")
        self.assertEqual(success[0].tag, f"{{{SASL}}}success")
        features = say(1002, "", f"to='{host}' xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh'")
        self.assertIsNotNone(features.find(".//{urn:ietf:params:xml:ns:xmpp-bind}bind"))
        bound = say(1003, "<iq xmlns='jabber:client' type='set' id='b'>"
                          "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        self.assertIn(f"@{host}/", bound.find(".//{urn:ietf:params:xml:ns:xmpp-bind}jid").text)
        services = say(1004, f"<iq xmlns='jabber:client' type='get' id='s' to='{host}'>"
                             "<services xmlns='urn:xmpp:extdisco:2'/></iq>")
        found = services.findall(f".//{SERVICES}service")
        self.assertEqual([one.get("type") for one in found], ["stun", "turn", "turns"])
        self.assertEqual({one.get("host") for one in found}, {host})
        end = say(1005, "", "type='terminate'")
        self.assertEqual(end.get("type"), "terminate")
        gone = say(1006, "")
        self.assertEqual(gone.get("condition"), "item-not-found")

    def test_a_request_is_held_until_its_wait_is_over(self):
        host = "meet.exemplary.test"
        first = self.bosh(host, f"<body xmlns='{BOSH}' to='{host}' rid='5' wait='1' hold='1'/>")
        answer = self.bosh(host, f"<body xmlns='{BOSH}' sid='{first.get('sid')}' rid='6'/>")
        self.assertEqual(len(answer), 0)
        self.assertIsNone(answer.get("type"), ET.tostring(answer))

    def test_logins_differ_by_hoster(self):
        for host, to, wanted in (
                ("meet.exemplary.test", None, ["ANONYMOUS"]),
                ("meet.accounts-only.test", None, ["SCRAM-SHA-1", "PLAIN"]),
                ("meet.account-required.test", None, ["ANONYMOUS"]),
                ("meet.account-to-create.test", None, ["SCRAM-SHA-1", "PLAIN"]),
                ("meet.account-to-create.test", "guest.meet.account-to-create.test", ["ANONYMOUS"]),
                ("meet.container-names.test", "meet.jitsi", ["ANONYMOUS"]),
                ("meet.container-names.test", None, [])):
            with self.subTest(f"{host} {to}"):
                self.assertEqual(self.mechanisms(host, to=to), wanted)

    def test_tenants_have_the_same_door(self):
        self.assertEqual(self.mechanisms("meet.exemplary.test", "/tenant/http-bind?room=r"), ["ANONYMOUS"])

    def test_a_browser_sees_a_page(self):
        status, headers, page = self.curl("meet.exemplary.test", "/http-bind")
        self.assertEqual(status, 200)
        self.assertTrue(headers["content-type"].startswith("text/html"))
        self.assertIn("BOSH", page)

    def test_an_endless_answer_does_not_end(self):
        body = f"<body xmlns='{BOSH}' to='x' rid='1'/>"
        host, port = "meet.xmpp-endless.test", self.server.port
        curl = subprocess.Popen(["curl", "-s", "--noproxy", "*", "-m", str(ALLOWED), "--cacert", self.server.ca,
                                 "--resolve", f"{host}:{port}:{self.address[host]}", "--data", body,
                                 f"https://{host}:{port}/http-bind"], stdout=subprocess.PIPE)
        self.addCleanup(support.stop, curl)
        read = curl.stdout.read(5 << 20)
        self.assertEqual(len(read), 5 << 20)
        self.assertGreater(read.count(b"<message"), 1000)

    def test_a_hoster_without_signalling_has_no_door(self):
        for path in ("/http-bind", "/xmpp-websocket", "/tenant/http-bind", "/conference-request/v1"):
            with self.subTest(path):
                self.assertEqual(self.curl("meet.xmpp-unreachable.test", path)[0], 404)
                self.assertEqual(self.curl("meet.xmpp-unreachable.test", path, body="<body/>")[0], 404)

    def test_the_focus_can_be_asked_by_http(self):
        request = {"room": "r@conference.meet.exemplary.test", "machineUid": "u", "properties": {}}
        status, _, body = self.curl("meet.exemplary.test", "/conference-request/v1", body=json.dumps(request))
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(body)["ready"], True)
        request["room"] = "r@conference.meet.account-to-create.test"
        self.assertEqual(self.curl("meet.account-to-create.test", "/conference-request/v1",
                                   body=json.dumps(request))[0], 403)

    def test_broken_servers_are_broken_as_described(self):
        opening = f"<body xmlns='{BOSH}' to='x' rid='1'/>"
        for persona, part in (("xmpp-garbage", "<body <<>>"), ("xmpp-entity-bomb", "<!ENTITY e9"),
                              ("xmpp-oversized", "xxxxxxxx")):
            with self.subTest(persona):
                self.assertIn(part, self.curl(f"meet.{persona}.test", "/http-bind", body=opening)[2])
        status, headers, _ = self.curl("meet.xmpp-redirect.test", "/http-bind", body=opening)
        self.assertEqual((status, headers["location"].split("/")[2].split(":")[0]),
                         (302, "xmpp-redirect-elsewhere.test"))


@unittest.skipIf(FOREIGN, FOREIGN)
class WebSocket(Hosters):
    def connect(self, host, **options):
        context = ssl.create_default_context(cafile=str(self.server.ca))
        return websockets.connect(f"wss://{host}:{self.server.port}/xmpp-websocket", host=self.address[host],
                                  port=self.server.port, server_hostname=host, ssl=context, max_size=1 << 20,
                                  **{"subprotocols": ["xmpp"], **options})

    def run_for(self, conversation):
        return asyncio.run(asyncio.wait_for(conversation, ALLOWED))

    def test_opens_shows_features_and_closes(self):
        async def conversation():
            async with self.connect("meet.exemplary.test") as socket:
                self.assertEqual(socket.subprotocol, "xmpp")
                await socket.send(f"<open xmlns='{FRAMING}' to='meet.exemplary.test' version='1.0'/>")
                opened, features = ET.fromstring(await socket.recv()), ET.fromstring(await socket.recv())
                self.assertEqual(opened.tag, f"{{{FRAMING}}}open")
                self.assertEqual([m.text for m in features.iter(f"{{{SASL}}}mechanism")], ["ANONYMOUS"])
                await socket.send(f"<close xmlns='{FRAMING}'/>")
                self.assertEqual(ET.fromstring(await socket.recv()).tag, f"{{{FRAMING}}}close")
                with self.assertRaises(websockets.ConnectionClosedOK):
                    await socket.recv()
        self.run_for(conversation())

    def test_refuses_other_subprotocols(self):
        async def conversation():
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                async with self.connect("meet.exemplary.test", subprotocols=["chat"]):
                    pass
            self.assertEqual(refused.exception.status_code, 501)
        self.run_for(conversation())

    def test_sends_messages_without_end_when_the_hoster_does(self):
        async def conversation():
            async with self.connect("meet.xmpp-endless.test") as socket:
                await socket.send(f"<open xmlns='{FRAMING}' to='x' version='1.0'/>")
                for _ in range(2000):
                    self.assertEqual(ET.fromstring(await socket.recv()).tag, "{jabber:client}message")
        self.run_for(conversation())

    def test_ends_a_connection_whose_message_is_too_large(self):
        async def conversation():
            async with self.connect("meet.exemplary.test") as socket:
                await socket.send("<open " + "x" * (300 << 10))
                with self.assertRaises(websockets.ConnectionClosed):
                    await socket.recv()
        self.run_for(conversation())

    def test_two_clients_of_another_make_meet_in_a_room(self):
        self.run_for(self.meeting("meet.exemplary.test"))

    async def meeting(self, host):
        room, focus = f"fern-and-moss@conference.{host}", f"focus.{host}"
        async with Client(self, host) as one, Client(self, host) as two:
            info = await one["xep_0030"].get_info(jid=host)
            self.assertIn(("component", "lobbyrooms", None, f"lobby.{host}"), info["disco_info"]["identities"])
            version = await one["xep_0092"].get_version(host)
            self.assertEqual(version["software_version"]["name"], "Prosody")
            await one["xep_0199"].ping(host)
            items = await one["xep_0030"].get_items(jid=f"conference.{host}")
            self.assertEqual(len(items["disco_items"]["items"]), 0)

            # Nobody makes a room without the focus.
            with self.assertRaises(slixmpp.exceptions.PresenceError) as refused:
                await one["xep_0045"].join_muc_wait(slixmpp.JID(room), "one", maxstanzas=0, timeout=ALLOWED)
            self.assertEqual(refused.exception.condition, "not-allowed")
            request = one.make_iq_set(ito=focus)
            request.append(ET.Element(f"{{{FOCUS}}}conference", {"room": room, "machine-uid": "u"}))
            answer = await request.send(timeout=ALLOWED)
            self.assertEqual(answer.xml.find(f"{{{FOCUS}}}conference").get("ready"), "true")

            own, _, others, _ = await one["xep_0045"].join_muc_wait(slixmpp.JID(room), "one", maxstanzas=0,
                                                                    timeout=ALLOWED)
            self.assertLessEqual({"focus"}, {presence["from"].resource for presence in others})
            self.assertLessEqual({110, 100}, set(own["muc"]["status_codes"]))
            self.assertEqual(own["muc"]["jid"], one.boundjid)
            _, _, others, _ = await two["xep_0045"].join_muc_wait(slixmpp.JID(room), "two", maxstanzas=0,
                                                                  timeout=ALLOWED)
            self.assertLessEqual({"focus", "one"}, {presence["from"].resource for presence in others})

            form = await one["xep_0045"].get_room_config(slixmpp.JID(room))
            self.assertEqual(form.get_values()["muc#roomconfig_whois"], "anyone")
            with self.assertRaises(slixmpp.exceptions.IqError):
                await two["xep_0045"].get_room_config(slixmpp.JID(room))

            heard = two.next_message("groupchat")
            one.send_message(mto=room, mbody="hello & <welcome>", mtype="groupchat")
            self.assertEqual((await heard)["body"], "hello & <welcome>")
            # A question from one to the other, through the room; the answer comes back the same way.
            await one["xep_0199"].ping(slixmpp.JID(f"{room}/two"))

            gone = one.next_gone()
            two["xep_0045"].leave_muc(slixmpp.JID(room), "two")
            self.assertEqual((await gone)["from"].resource, "two")


class ListsInRooms(Hosters):
    """Current clients take STUN and TURN servers from a room's metadata; an audit learns of them when it joins one."""

    def joined(self, persona):
        run = self.dir / "run.jsonl"
        self.assert_code(self.meetlat("audit", f"https://meet.{persona}.test:{self.server.port}/", "--only", "xmpp",
                                      "--join", "--run", run, *self.server.network), 0)
        return {fact["path"]: fact.get("value") for record in support.json_lines(run)
                for fact in record.get("evidence", [])}

    def test_a_third_party_that_only_a_room_names_is_met(self):
        facts = self.joined("stun-list-in-room")
        self.assertEqual(facts["xmpp.room.metadata"], ["services"])
        self.assertEqual(facts["xmpp.ice.source"], "server")
        self.assertEqual(facts["xmpp.ice.contacted_third_party"], ["stun.l.google.com:19302"])

    def test_an_empty_list_takes_the_place_of_the_configurations(self):
        facts = self.joined("stun-cleared-in-room")
        self.assertEqual(facts["jitsi.stun.third_party"], ["stun.l.google.com:19302"])
        self.assertEqual(facts["xmpp.ice.source"], "server")
        self.assertEqual(facts["xmpp.ice.contacted"], [])
        self.assertEqual(facts["xmpp.ice.contacted_third_party"], [])


class Simulated(support.TestCase):
    def test_every_simulated_hoster_has_a_server_of_its_own(self):
        with support.Server(support.PERSONAS, "--simulate", 3) as server:
            addresses = {line.split()[1]: line.split()[0] for line in server.hosts.read_text().splitlines()
                         if line.startswith("127.")}
            self.assertEqual(len(addresses), 3)
            sessions = set()
            for host, address in addresses.items():
                done = subprocess.run(
                    ["curl", "-s", "--noproxy", "*", "-m", str(ALLOWED), "--cacert", server.ca, "--resolve",
                     f"{host}:{server.port}:{address}", "--data", f"<body xmlns='{BOSH}' to='{host}' rid='1'/>",
                     f"https://{host}:{server.port}/http-bind"], capture_output=True, check=True)
                answer = ET.fromstring(done.stdout)
                self.assertEqual(answer.get("from"), host)
                sessions.add(answer.get("sid"))
            self.assertEqual(len(sessions), 3)


if not FOREIGN:
    class Client(slixmpp.ClientXMPP):
        """slixmpp over WebSocket: it stands where asyncio's TCP transport would be, and translates the framing."""

        def __init__(self, case, host):
            super().__init__(host, "")
            self.case, self.host, self.closing = case, host, False
            for plugin in ("xep_0030", "xep_0045", "xep_0092", "xep_0199"):
                self.register_plugin(plugin)
            self["feature_mechanisms"].use_mech = "ANONYMOUS"

        async def __aenter__(self):
            self.link = await self.case.connect(self.host)
            self.outgoing = asyncio.Queue()
            self.tasks = [asyncio.ensure_future(task) for task in (self.run_filters(), self.send_all(), self.read_all())]
            started = asyncio.ensure_future(self.wait_until("session_start", ALLOWED))
            self.event_when_connected = "connected"
            self.connection_made(self)
            await started
            return self

        async def __aexit__(self, *_):
            self.outgoing.put_nowait(f"<close xmlns='{FRAMING}'/>")
            with contextlib.suppress(websockets.ConnectionClosed, asyncio.TimeoutError):
                await asyncio.wait_for(self.link.wait_closed(), ALLOWED)
            for task in self.tasks:
                task.cancel()

        # What slixmpp asks of a transport.
        def write(self, data):
            text = data.decode()
            if "<stream:stream" in text:
                text = f"<open xmlns='{FRAMING}' to='{self.host}' version='1.0'/>"
            elif "</stream:stream>" in text:
                return
            self.outgoing.put_nowait(text)

        def get_extra_info(self, _name, default=None):
            return default

        def is_closing(self):
            return self.closing

        def close(self):
            self.closing = True

        abort = close

        async def send_all(self):
            while True:
                await self.link.send(await self.outgoing.get())

        async def read_all(self):
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    text = await self.link.recv()
                    if text.startswith("<open"):
                        text = ("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
                                f"from='{self.host}' id='{ET.fromstring(text).get('id')}' version='1.0'>")
                    elif text.startswith("<close"):
                        continue
                    self.data_received(text.encode())

        def next_message(self, kind):
            return asyncio.ensure_future(self.wait_until(f"{kind}_message", ALLOWED))

        def next_gone(self):
            return asyncio.ensure_future(self.wait_until("groupchat_presence", ALLOWED))


if __name__ == "__main__":
    unittest.main()
