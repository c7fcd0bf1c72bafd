"""A transit engine on a free port, as Vault describes its own: versions of one key, associated data, tokens, a seal."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.test-token"
KEY = "teller"


class Engine:
    """What the server holds; a test changes it while the server runs."""

    def __init__(self) -> None:
        self.versions = [AESGCM.generate_key(256)]
        self.sealed = False
        self.answer: tuple[int, bytes] | None = None
        self.url = ""
        self.asked: list[str] = []

    def rotate(self) -> None:
        self.versions.append(AESGCM.generate_key(256))

    def handle(self, method: str, path: str, token: str | None, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        what, _, name = path.removeprefix("/v1/transit/").partition("/")
        if name != KEY:
            return 404, {"errors": []}
        if (method, what) == ("GET", "keys"):
            return 200, {"data": {"name": KEY, "type": "aes256-gcm96", "latest_version": len(self.versions)}}
        if (method, what) == ("POST", "encrypt"):
            nonce, bound = os.urandom(12), base64.b64decode(body.get("associated_data", ""))
            sealed = nonce + AESGCM(self.versions[-1]).encrypt(nonce, base64.b64decode(body["plaintext"]), bound)
            version = len(self.versions)
            text = f"vault:v{version}:{base64.b64encode(sealed).decode()}"
            return 200, {"data": {"ciphertext": text, "key_version": version}}
        if (method, what) == ("POST", "decrypt"):
            return self._decrypt(body["ciphertext"], base64.b64decode(body.get("associated_data", "")))
        return 405, {"errors": ["unsupported operation"]}

    def _decrypt(self, ciphertext: str, bound: bytes) -> tuple[int, dict[str, Any]]:
        try:
            _, version, encoded = ciphertext.split(":")
            sealed = base64.b64decode(encoded, validate=True)
            key = self.versions[int(version.removeprefix("v")) - 1]
            plain = AESGCM(key).decrypt(sealed[:12], sealed[12:], bound)
        except (ValueError, IndexError, InvalidTag):
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}


@contextmanager
def transit_server() -> Iterator[Engine]:
    """A running engine."""
    engine = Engine()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *_: Any) -> None:
            """Nothing of a test's keys on the screen."""

        def _answer(self, body: dict[str, str]) -> None:
            engine.asked.append(self.path)
            status, told = engine.handle(self.command, self.path, self.headers.get("X-Vault-Token"), body)
            content = json.dumps(told).encode()
            if engine.answer is not None:
                status, content = engine.answer
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    engine.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
