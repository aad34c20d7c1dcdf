"""TLS servers of other makers (nginx, openssl s_server, gnutls-serv, NSS selfserv), each with one configuration, and what
other scanners make of them."""

import contextlib
import pathlib
import re
import shutil
import socket
import subprocess
import time
import xml.etree.ElementTree

from support import DEADLINE, TOP

DOMAIN = "meet.test"  # each server has a name below it
STRONG = ("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
          "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305")


def registry(name):
    """value -> name of a table of data/tls."""
    rows = [line.split("\t") for line in (TOP / "data/tls" / name).read_text().splitlines() if line[:1] not in ("", "#")]
    return {int(row[0], 16): row[1] for row in rows}


def run(*command, folder=None, check=True, timeout=DEADLINE):
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False,
                          timeout=timeout, stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Keys:
    """A CA and certificates of it, on RSA and on P-256, as PEM files and in an NSS database."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", "/CN=Fixture CA", folder=self.folder)
        self.issue("rsa", "rsa:2048")
        self.issue("ec", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        for bits in (1024, 2048):
            run("openssl", "dhparam", "-dsaparam", "-out", f"dh{bits}.pem", str(bits), folder=self.folder)

    def issue(self, name, kind, *options):
        run("openssl", "req", "-newkey", kind, *options, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:*.{DOMAIN}", folder=self.folder)
        run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "20", "-copy_extensions", "copy", "-out", f"{name}.pem", folder=self.folder)

    def path(self, name):
        return str(self.folder / name)

    def nss(self):
        """An NSS database with the RSA certificate under the nickname "server"."""
        database = self.folder / "nss"
        if not database.exists():
            database.mkdir()
            run("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
            run("openssl", "pkcs12", "-export", "-in", "rsa.pem", "-inkey", "rsa.key", "-name", "server", "-passout", "pass:",
                "-out", "rsa.p12", folder=self.folder)
            run("pk12util", "-i", self.path("rsa.p12"), "-d", f"sql:{database}", "-W", "", "-K", "")
        return f"sql:{database}"


class Servers:
    """Starts servers and ends them all."""

    def __init__(self, keys):
        self.keys = keys
        self.ports = {}
        self.running = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.close()

    def start(self, name, *command, port):
        log = open(self.keys.path(f"{name}.log"), "wb")  # noqa: SIM115: closed with the process
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=log, stderr=log,
                                   cwd=self.keys.folder)
        self.running.callback(self.end, process, log)
        self.ports[name] = port
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
                return
            time.sleep(0.05)
        raise AssertionError(f"{name} does not listen: {pathlib.Path(log.name).read_text(errors='replace')[-2000:]}")

    @staticmethod
    def end(process, log):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdin.close()
        log.close()

    def openssl(self, name, *options, cert="rsa"):
        port = free_port()
        self.start(name, "openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", "-cert", self.keys.path(cert + ".pem"),
                   "-key", self.keys.path(cert + ".key"), *options, port=port)

    def gnutls(self, name, priority, *options, cert="rsa"):
        port = free_port()
        self.start(name, "gnutls-serv", "--http", "--port", port, "--priority", priority, "--x509certfile",
                   self.keys.path(cert + ".pem"), "--x509keyfile", self.keys.path(cert + ".key"), *options, port=port)

    def nss(self, name, *options):
        port = free_port()
        self.start(name, "selfserv", "-n", "server", "-d", self.keys.nss(), "-p", port, *options, port=port)

    def nginx(self, name, *lines, certs=("rsa",)):
        port = free_port()
        folder = self.keys.folder / f"nginx-{name}"
        folder.mkdir()
        directives = [f"ssl_certificate {self.keys.path(cert + '.pem')}; ssl_certificate_key {self.keys.path(cert + '.key')};"
                      for cert in certs]
        (folder / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {folder}/pid; error_log stderr error;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
  scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} ssl; server_name _; {' '.join(directives)} {' '.join(lines)} return 204; }}
}}
""")
        self.start(name, "nginx", "-c", folder / "nginx.conf", "-p", folder, port=port)


def start_all(servers):
    """The configurations that are compared."""
    seclevel0 = "@SECLEVEL=0"
    servers.nginx("nginx-modern", "ssl_protocols TLSv1.2 TLSv1.3;", f"ssl_ciphers {STRONG};", "ssl_session_tickets off;",
                  certs=("ec", "rsa"))
    servers.nginx("nginx-old", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2;", f"ssl_ciphers DEFAULT:{seclevel0};",
                  f"ssl_dhparam {servers.keys.path('dh2048.pem')};", "ssl_prefer_server_ciphers on;")
    servers.nginx("nginx-13-only", "ssl_protocols TLSv1.3;")
    servers.nginx("nginx-12-only", "ssl_protocols TLSv1.2;", "ssl_ciphers HIGH:!aNULL;", "ssl_prefer_server_ciphers off;")
    servers.nginx("nginx-curves", "ssl_protocols TLSv1.2 TLSv1.3;", "ssl_ecdh_curve secp384r1:prime256v1;",
                  "ssl_prefer_server_ciphers on;", certs=("ec",))
    servers.nginx("nginx-short-dh", "ssl_protocols TLSv1.2;", f"ssl_ciphers DHE-RSA-AES128-GCM-SHA256:AES128-SHA:{seclevel0};",
                  f"ssl_dhparam {servers.keys.path('dh1024.pem')};")
    servers.openssl("openssl-default")
    servers.openssl("openssl-rsa-exchange", "-no_tls1_3", "-cipher", "AES128-SHA:AES256-GCM-SHA384", "-serverpref")
    servers.openssl("openssl-ccm", "-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256",
                    "-groups", "X448:P-521:ffdhe3072")
    servers.openssl("openssl-everything", "-cipher", f"ALL:COMPLEMENTOFALL:{seclevel0}", "-dhparam",
                    servers.keys.path("dh2048.pem"), "-no_ticket", "-min_protocol", "TLSv1")
    servers.openssl("openssl-ecdsa", "-cipher", "ECDHE+AESGCM:ECDHE+AES", cert="ec")
    servers.gnutls("gnutls-default", "NORMAL", cert="ec")
    servers.gnutls("gnutls-old", "NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+3DES-CBC:+ARCFOUR-128:+MD5:+SIGN-RSA-SHA1:%SERVER_PRECEDENCE")
    servers.gnutls("gnutls-dhe", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-FFDHE3072")
    servers.nss("nss-old", "-V", "ssl3:tls1.2", "-c", ":0005:0004:000A:002F:0035:C011:C013:C014:0033", "-H", "1")
    servers.nss("nss-new", "-V", "tls1.2:tls1.3")


class Scan:
    """What one scanner found: `versions`, `suites` as (version, value), `groups` as (version, value), `dh` as bits."""

    def __init__(self):
        self.versions, self.suites, self.groups, self.dh = set(), set(), set(), set()


def by_sslscan(name, port):
    # NSS does not answer its hellos for groups, so that it waits for each of them in vain.
    fast = ["--no-groups", "--timeout=3"] if name.startswith("nss") else ["--timeout=60"]
    text = run("sslscan", *fast, "--no-colour", "--no-heartbleed", "--no-renegotiation", "--no-check-certificate", "--xml=-",
               f"--sni-name={name}.{DOMAIN}", f"127.0.0.1:{port}")
    scan = Scan()
    names = {("ssl", "2"): "SSLv2", ("ssl", "3"): "SSLv3", ("tls", "1.0"): "TLSv1.0", ("tls", "1.1"): "TLSv1.1",
             ("tls", "1.2"): "TLSv1.2", ("tls", "1.3"): "TLSv1.3"}
    tree = xml.etree.ElementTree.fromstring(text[text.index("<?xml"):])
    for node in tree.iter("protocol"):
        if node.get("enabled") == "1":
            scan.versions.add(names[node.get("type"), node.get("version")])
    for node in tree.iter("cipher"):
        scan.suites.add((node.get("sslversion"), int(node.get("id"), 16)))
        if node.get("dhebits"):
            scan.dh.add(int(node.get("dhebits")))
    for node in tree.iter("group"):
        scan.groups.add((node.get("sslversion"), int(node.get("id"), 16)))
    return scan


# What `openssl s_client -sigalgs` calls them, by the names of data/tls/signatures.tsv.
OPENSSL_SIGNATURES = {"ecdsa_secp256r1_sha256": "ECDSA+SHA256", "ecdsa_secp384r1_sha384": "ECDSA+SHA384",
                      "ecdsa_secp521r1_sha512": "ECDSA+SHA512", "ecdsa_sha224": "ECDSA+SHA224", "ecdsa_sha1": "ECDSA+SHA1",
                      "rsa_pss_rsae_sha256": "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384": "rsa_pss_rsae_sha384",
                      "rsa_pss_rsae_sha512": "rsa_pss_rsae_sha512", "rsa_pkcs1_sha256": "RSA+SHA256",
                      "rsa_pkcs1_sha384": "RSA+SHA384", "rsa_pkcs1_sha512": "RSA+SHA512", "rsa_pkcs1_sha224": "RSA+SHA224",
                      "rsa_pkcs1_sha1": "RSA+SHA1"}


def signatures_by_openssl(name, port):
    """Names of the algorithms with which the server signs a key exchange of TLS 1.2 when each is offered alone."""
    found = set()
    for algorithm, theirs in OPENSSL_SIGNATURES.items():
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", f"{name}.{DOMAIN}",
                               "-tls1_2", "-cipher", "kECDHE:kDHE:!aNULL:@SECLEVEL=0", "-sigalgs", theirs],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=DEADLINE)
        if re.search(r"^Peer signing digest: \w+", done.stdout, re.MULTILINE):
            found.add(algorithm)
    return found


def by_nmap(name, port):
    values = {name: value for value, name in registry("suites.tsv").items()}
    text = run("nmap", "-Pn", "-n", "--script", "+ssl-enum-ciphers", "--script-args", f"tls.servername={name}.{DOMAIN}", "-p", port,
               "-oX", "-", "127.0.0.1")
    scan = Scan()
    tree = xml.etree.ElementTree.fromstring(text[text.index("<?xml"):])
    for script in tree.iter("script"):
        for table in script.findall("table"):
            version = table.get("key")
            scan.versions.add(version)
            for suite in table.findall("table[@key='ciphers']/table"):
                name = suite.findtext("elem[@key='name']").replace("TLS_AKE_WITH_", "TLS_")
                scan.suites.add((version, values.get(name, name)))
                if match := re.fullmatch(r"dh (\d+)", suite.findtext("elem[@key='kex_info']") or ""):
                    scan.dh.add(int(match[1]))
    return scan


def missing_programs():
    return [name for name in ("nginx", "openssl", "gnutls-serv", "selfserv", "certutil", "pk12util", "sslscan", "nmap")
            if shutil.which(name) is None]
