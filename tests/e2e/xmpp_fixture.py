"""Real signalling for the end-to-end tests: prosody from Debian behind nginx with TLS, a throw-away CA, and a conference
focus of a few lines, all on loopback and gone at the end."""

import contextlib
import hashlib
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import urllib.request
import xml.etree.ElementTree as ET

from support import stop, wait_until

SECRET = "component-secret"
STATIC_PASSWORD = "never-to-be-stored-password"
STATIC_USER = "never-to-be-stored-user"
TURN_SECRET = "never-to-be-stored-secret"

PROSODY = """
run_as_root = true
daemonize = false
data_path = "{dir}/data"
pidfile = "{dir}/prosody.pid"
log = {{ info = "{dir}/prosody.log" }}
interfaces = {{ "127.0.0.1" }}
http_ports = {{ {http} }}
https_ports = {{ }}
c2s_ports = {{ }}
s2s_ports = {{ }}
component_ports = {{ {component} }}
component_interfaces = {{ "127.0.0.1" }}
modules_enabled = {{ "disco", "saslauth", "bosh", "websocket", "ping", "version" }}
modules_disabled = {{ "s2s", "tls" }}
consider_bosh_secure = true
consider_websocket_secure = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
cross_domain_websocket = true

VirtualHost "open.test"
  authentication = "anonymous"
  modules_enabled = {{ "external_services" }}
  external_services = {{
    {{ type = "stun", transport = "udp", host = "stun.elsewhere-company.example", port = 19302 }},
    {{ type = "turns", transport = "tcp", host = "turn.open.test", port = 5349, secret = "{turn_secret}", ttl = 3600,
       algorithm = "turn" }},
  }}
Component "conference.open.test" "muc"
  muc_room_locking = false
Component "focus.open.test"
  component_secret = "{secret}"

VirtualHost "secure.test"
  authentication = "internal_hashed"
VirtualHost "guest.secure.test"
  authentication = "anonymous"
Component "conference.secure.test" "muc"

VirtualHost "accounts.test"
  authentication = "internal_hashed"
Component "conference.accounts.test" "muc"

VirtualHost "static.test"
  authentication = "anonymous"
  modules_disabled = {{ "version" }}
  modules_enabled = {{ "external_services" }}
  external_services = {{
    {{ type = "turn", transport = "tcp", host = "turn.static.test", port = 443, username = "{static_user}",
       password = "{static_password}" }},
  }}
Component "conference.static.test" "muc"
  muc_room_default_public = true
  muc_room_locking = false

VirtualHost "silent.test"
  authentication = "anonymous"
Component "conference.silent.test" "muc"
  muc_room_default_public = false
"""

NGINX = """
daemon off;
user root;
error_log {dir}/nginx.log;
pid {dir}/nginx.pid;
worker_processes 1;
events {{ }}
http {{
  access_log {dir}/access.log;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  default_type text/html;
  types {{ application/javascript js; text/html html; }}
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port} ssl default_server;
    ssl_certificate {dir}/leaf.pem;
    ssl_certificate_key {dir}/leaf.key;
    root {dir}/site/$host;
    ssi on;
    location = / {{ try_files /index.html =404; }}
    location = /config.js {{ }}
    location ~ ^/libs/ {{ }}
    location = /http-bind {{ proxy_pass http://127.0.0.1:{http}/http-bind; proxy_set_header Host $host; }}
    location = /xmpp-websocket {{
      proxy_pass http://127.0.0.1:{http}/xmpp-websocket;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $host;
    }}
    location / {{ try_files $uri /index.html; }}
  }}
}}
"""

INDEX = """<!doctype html><html><head><title>Jitsi Meet</title><base href="/">
<script><!--#include virtual="/config.js" --></script>
<script>var interfaceConfig = {{APP_NAME: 'Jitsi Meet', PROVIDER_NAME: 'Jitsi'}};</script>
<script src="libs/lib-jitsi-meet.min.js?v={build}"></script><script src="libs/app.bundle.min.js?v={build}"></script>
</head><body><div id="react" role="main"></div></body></html>
"""

# What each host's configuration says beside its addresses, which are written below.
HOSTS = {
    "open.test": "p2p: {enabled: true, stunServers: [{urls: 'stun:stun.open.test:3478'}]}",
    "secure.test": "p2p: {enabled: false}",
    "accounts.test": "",
    "static.test": "p2p: {enabled: true, stunServers: [{urls: 'stun:stun.l.google.com:19302'}]}",
    "silent.test": "p2p: {enabled: true, stunServers: [{urls: 'stun:stun.elsewhere-company.example:3478'}]}",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


class Signalling:
    """As `with Signalling() as server:`."""

    def __enter__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="meetlat-xmpp-"))
        self.processes, self.focus = [], None
        self.port, self.http, self.component = free_port(), free_port(), free_port()
        try:
            self.certificates()
            self.site()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.focus:
            self.focus.close()
        for process in self.processes:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            stop(process)
        shutil.rmtree(self.dir, ignore_errors=True)

    def certificates(self):
        names = ",".join(f"DNS:{host}" for host in HOSTS)

        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.dir, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                "-out", "ca.pem", "-days", "2", "-subj", "/CN=Throw-away CA")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "leaf.key",
                "-out", "leaf.csr", "-subj", "/CN=open.test")
        (self.dir / "names").write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "names", "-out", "leaf.pem")
        self.ca = self.dir / "ca.pem"

    def configuration(self, host, extra):
        guests = f", anonymousdomain: 'guest.{host}'" if host == "secure.test" else ""
        websocket = f", websocket: 'wss://{host}:{self.port}/xmpp-websocket'" if host != "silent.test" else ""
        return (f"var config = {{hosts: {{domain: '{host}', muc: 'conference.{host}'{guests}}}, "
                f"bosh: '//{host}:{self.port}/http-bind'{websocket}{', ' + extra if extra else ''}}};\n")

    def site(self):
        for host, extra in HOSTS.items():
            folder = self.dir / "site" / host
            (folder / "libs").mkdir(parents=True)
            (folder / "config.js").write_text(self.configuration(host, extra))
            (folder / "index.html").write_text(INDEX.format(build=9268))
        self.hosts = self.dir / "hosts"
        self.hosts.write_text("".join(f"127.0.0.1 {host}\n" for host in HOSTS))

    def start(self):
        values = {"dir": self.dir, "http": self.http, "component": self.component, "port": self.port, "secret": SECRET,
                  "turn_secret": TURN_SECRET, "static_user": STATIC_USER, "static_password": STATIC_PASSWORD}
        (self.dir / "data").mkdir()
        (self.dir / "prosody.cfg.lua").write_text(PROSODY.format(**values))
        (self.dir / "nginx.conf").write_text(NGINX.format(**values))
        for command in (["prosody", "--config", str(self.dir / "prosody.cfg.lua"), "-F"],
                        ["nginx", "-p", str(self.dir), "-c", str(self.dir / "nginx.conf"),
                         "-e", str(self.dir / "nginx.log")]):
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                                   stderr=subprocess.DEVNULL, cwd=self.dir))
        wait_until("nginx and prosody", lambda: answers(self.port) and answers(self.http) and answers(self.component))

    def url(self, host):
        return f"https://{host}:{self.port}/"

    @property
    def network(self):
        return ["--hosts-file", self.hosts, "--ca-file", self.ca, "--per-host-delay", "0"]

    def log(self):
        return (self.dir / "prosody.log").read_text(errors="replace")

    def start_focus(self, **behaviour):
        self.focus = Focus(self.component, **behaviour)


BOSH = "http://jabber.org/protocol/httpbind"


class Visitor:
    """Somebody else on the server, by BOSH: joins a room and stays."""

    def __init__(self, port, domain):
        self.port, self.rid, self.sid = port, 1000, None
        answer = self.post(f"to='{domain}' ver='1.6' wait='3' hold='1' xml:lang='en' xmpp:version='1.0' "
                           "xmlns:xmpp='urn:xmpp:xbosh'")
        self.sid = answer.get("sid")
        self.post(content="<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>")
        self.post(f"to='{domain}' xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh'")
        self.post(content="<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
                          "</iq>")

    def post(self, attributes="", content=""):
        self.rid += 1
        sid = f" sid='{self.sid}'" if self.sid else ""
        body = f"<body xmlns='{BOSH}' rid='{self.rid}'{sid} {attributes}>{content}</body>"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/http-bind", body.encode(),
                                         {"Content-Type": "text/xml; charset=utf-8"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as response:
            return ET.fromstring(response.read())

    def join(self, room):
        self.post(content=f"<presence xmlns='jabber:client' to='{room}/somebody'>"
                          "<x xmlns='http://jabber.org/protocol/muc'/></presence>")


class Focus(threading.Thread):
    """A conference focus as a component (XEP-0114): lets people start rooms, joins them first, and makes the second
    occupant an owner. With authorized=False it wants a login."""

    def __init__(self, port, domain="focus.open.test", authorized=True):
        super().__init__(daemon=True)
        self.domain, self.authorized = domain, authorized
        self.asked, self.gone = [], set()  # rooms that were asked for; those whose visitor left
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.send(f"<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' "
                  f"to='{domain}'>")
        self.parser = ET.XMLPullParser(["start", "end"])
        self.depth = 0
        opened = self.next_opening()
        self.send(f"<handshake>{hashlib.sha1((opened.get('id') + SECRET).encode()).hexdigest()}</handshake>")
        assert self.next_stanza().tag.endswith("handshake")
        self.start()

    def send(self, text):
        self.socket.sendall(text.encode())

    def events(self):
        while True:
            yield from self.parser.read_events()
            data = self.socket.recv(65536)
            if not data:
                return
            self.parser.feed(data)

    def next_opening(self):
        for kind, element in self.events():
            if kind == "start":
                self.depth = 1
                return element
        raise AssertionError("the component's stream ended")

    def next_stanza(self):
        for kind, element in self.events():
            self.depth += 1 if kind == "start" else -1
            if kind == "end" and self.depth == 1:
                return element
        return None

    def run(self):
        with contextlib.suppress(OSError, ValueError):
            while (stanza := self.next_stanza()) is not None:
                self.take(stanza)

    def take(self, stanza):
        name = stanza.tag.split("}")[1]
        conference = stanza.find("{http://jitsi.org/protocol/focus}conference")
        if name == "iq" and conference is not None:
            self.conference(stanza, conference.get("room"))
        elif name == "iq" and stanza.get("type") in ("get", "set"):
            self.send(f"<iq type='error' id='{stanza.get('id')}' from='{self.domain}' to='{stanza.get('from')}'>"
                      "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
                      "</iq>")
        elif name == "presence" and stanza.get("type") == "unavailable":
            self.gone.add(stanza.get("from").split("/")[0])
        elif name == "presence" and not stanza.get("type") and not stanza.get("from").endswith("/focus"):
            room = stanza.get("from").split("/")[0]
            item = stanza.find(".//{http://jabber.org/protocol/muc#user}item")
            if item is not None and item.get("jid") and item.get("affiliation") != "owner":
                jid = item.get("jid").split("/")[0]
                self.send(f"<iq type='set' id='o' from='{self.domain}/focus' to='{room}'><query "
                          f"xmlns='http://jabber.org/protocol/muc#admin'><item jid='{jid}' affiliation='owner'/></query>"
                          "</iq>")

    def conference(self, stanza, room):
        self.asked.append(room)
        back = f"id='{stanza.get('id')}' from='{self.domain}' to='{stanza.get('from')}'"
        if not self.authorized:
            self.send(f"<iq type='error' {back}><error type='auth'><not-authorized "
                      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
            return
        self.send(f"<presence from='{self.domain}/focus' to='{room}/focus'><x xmlns='http://jabber.org/protocol/muc'/>"
                  "<versions xmlns='http://jitsi.org/jitmeet'><component name='focus'>1.0.1180</component></versions>"
                  "</presence>")
        self.send(f"<iq type='result' {back}><conference xmlns='http://jitsi.org/protocol/focus' ready='true' "
                  f"focusjid='focus@auth.open.test' room='{room}'><property name='authentication' value='false'/>"
                  "<property name='sipGatewayEnabled' value='false'/></conference></iq>")

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.join(10)
        self.socket.close()
