"""Carriers of the tests' own: Twilio's Messages resource and an SMTP server, each in a thread on a port of loopback."""

from __future__ import annotations

import base64
import email
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs

ACCOUNT, TOKEN = "AC0123456789abcdef0123456789abcdef", "a token of the tests"


@dataclass
class Taken:
    """What a carrier took, and how it answers the next call (None: as it should)."""

    texts: list[Any] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None
    port: int = 0


@contextmanager
def twilio() -> Iterator[Taken]:
    """Takes forms as Twilio documents them and refuses what it would refuse: path, login, missing fields."""
    taken = Taken()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, body = taken.answer or self._take({name: values[0] for name, values in form.items()})
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def _take(self, form: dict[str, str]) -> tuple[int, bytes]:
            login = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
            if self.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
                return 404, json.dumps({"code": 20404}).encode()
            if self.headers["Authorization"] != login:
                return 401, json.dumps({"code": 20003}).encode()
            if not form["To"].startswith("+") or not form["To"][1:].isdigit():
                return 400, json.dumps({"code": 21211}).encode()
            assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            assert 1 <= int(form["ValidityPeriod"]) <= 36_000
            taken.texts.append(form)
            return 201, json.dumps({"sid": "SM1", "status": "queued"}).encode()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    yield from _served(server, taken)


@contextmanager
def mail_server() -> Iterator[Taken]:
    """Enough of RFC 5321 for one message a connection; `answer` refuses the recipient."""
    taken = Taken()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 tests")
            while line := self.rfile.readline().decode().strip():
                command = line.split(" ")[0].split(":")[0].upper()
                if command == "DATA":
                    self._say("354 go on")
                    taken.texts.append(self._message())
                    self._say("250 taken")
                elif command == "RCPT" and taken.answer:
                    self._say(f"{taken.answer[0]} {taken.answer[1].decode()}")
                elif command == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 tests")

        def _message(self) -> Message:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            return email.message_from_bytes(b"".join(lines))

        def _say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    yield from _served(server, taken)


def _served(server: socketserver.TCPServer, taken: Taken) -> Iterator[Taken]:
    taken.port = cast(tuple[str, int], server.server_address)[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
