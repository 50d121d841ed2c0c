"""A mail server under TLS and a web server, on sockets of this machine, that keep what they get."""

import socketserver
import ssl
import subprocess
import threading
from base64 import b64decode
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def certificate(folder):
    """A certificate for localhost and its key, made for this test."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem"]
    subprocess.run([*command, "-out", folder / "cert.pem"], check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


class Post(socketserver.StreamRequestHandler):
    """One conversation in SMTP; what the server is told to say instead comes first."""

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self):
        server = self.server
        if server.implicit:
            self._secure()
        self.say("220 localhost")
        self.known = False
        while line := self.rfile.readline().decode().strip():
            word, _, rest = line.partition(" ")
            word = word.upper()
            if word == "QUIT":
                return self.say("221 bye")
            if word == "STARTTLS":
                self.say("220 go on")
                self._secure()
            elif word == "DATA":
                if not self._data():
                    return None
            else:
                self._answer(word, rest)
        return None

    def _answer(self, word, rest):
        if word == "EHLO":
            more = [] if isinstance(self.connection, ssl.SSLSocket) else ["STARTTLS"]
            for feature in ["localhost", *more]:
                self.say(f"250-{feature}")
            self.say("250 AUTH PLAIN")
        elif word == "AUTH":
            self.known = b64decode(rest.split()[1]).decode() == self.server.login
            self.say("235 ok" if self.known else "535 wrong password")
        elif word == "MAIL" and not self.known:
            self.say("530 log in first")
        else:
            self.say("250 ok")

    def _data(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # who sends no dot has sent nothing
            lines.append(line[1:] if line.startswith(b".") else line)
        answer = self.server.answers.pop(0) if self.server.answers else "250 kept"
        if answer.startswith("250") or answer == "silence":
            self.server.kept.append(b"".join(lines))
        if answer == "silence":
            return False
        self.say(answer)
        return True

    def finish(self):
        with suppress(OSError):
            super().finish()
        self.rfile.close()
        self.connection.close()

    def _secure(self):
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that was killed, or does not trust the certificate


@contextmanager
def mail_server(folder, login, implicit=True):
    """`kept` holds the letters it took; `answers` what it says to the next ones instead of 250."""
    cert, key = certificate(folder)
    server = _Server(("localhost", 0), Post)
    server.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.context.load_cert_chain(cert, key)
    server.login, server.implicit, server.kept, server.answers = login, implicit, [], []
    server.certificate = cert
    with _running(server):
        yield server


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == 200:
            self.server.kept.append((self.path, dict(self.headers), body))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def web_server():
    """`kept` holds (path, headers, body) of what it took; `answers` other statuses than 200."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.kept, server.answers = [], []
    with _running(server):
        yield server


@contextmanager
def _running(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
