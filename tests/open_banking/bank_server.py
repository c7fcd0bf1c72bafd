"""A bank that speaks UK Open Banking v4.0 over mutual TLS, with a memory, for tests.

Every request and every answer is held against the descriptions (`openapi`); whatever does not fit is kept in
`violations`, and a test ends by finding none.
"""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from tests.open_banking import bank_signature
from tests.open_banking.bank_oauth import BANK_KEY_ID, CLIENT_KEY_ID, BankOAuth, Grant, OAuthError
from tests.open_banking.bank_signature import BankSigner
from tests.open_banking.bank_state import Account, Consent, Json, Payment, Refusal, State, amount, written
from tests.open_banking.certificates import Certificates
from tests.open_banking.faults import Answer, Fault, Faults
from tests.open_banking.openapi import descriptions

VERSION = "/open-banking/v4.0"
CLIENT_ISSUER, BANK_ISSUER = "org-1/software-1", "bank-org"
LISTS = {
    "beneficiaries": "Beneficiary",
    "direct-debits": "DirectDebit",
    "standing-orders": "StandingOrder",
    "transactions": "Transaction",
}


class QuietServer(ThreadingHTTPServer):
    """Clients that break off are part of the tests."""

    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        pass


class BankServer:
    """`requests` counts what came to each method and path; `heard` holds the last headers and body of a path."""

    def __init__(self, certificates: Certificates, key: RSAPrivateKey, client_key: RSAPublicKey) -> None:
        self.state = State()
        self.faults = Faults()
        self.oauth = BankOAuth(self.state, key, client_key)
        self.signer = BankSigner(key, BANK_KEY_ID, BANK_ISSUER)
        self.violations: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.heard: dict[str, tuple[dict[str, str], bytes]] = {}
        self._client_key = client_key
        self._http = QuietServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._http.socket = certificates.server_context().wrap_socket(
            self._http.socket, server_side=True, do_handshake_on_connect=False
        )
        self.base = f"https://127.0.0.1:{self._http.server_address[1]}"
        self.oauth.base = self.base
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def count(self, method: str, path: str) -> int:
        return sum(1 for asked, at in self.requests if asked == method and at == path)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """The finished answer, or None where the connection is to be dropped."""
        parts = urlsplit(target)
        path = parts.path.removeprefix(VERSION)
        self.requests.append((method, path))
        self.heard[path] = headers, body
        fault = self.faults.take(method, path)
        if fault is not None and fault.before:
            if fault.hang:
                time.sleep(fault.hang)
            return None if fault.drop else self._canned(fault, headers, path)
        if not parts.path.startswith(VERSION):
            answer = self._oauth_answer(method, parts.path, headers, body)
        else:
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            answer = self._resource_answer(method, path, query, headers, body, fault)
        if fault is not None:
            if fault.hang:
                time.sleep(fault.hang)
            if fault.drop:
                return None
            if fault.answer is not None:
                return self._canned(fault, headers, path)
            if fault.mangle is not None:
                return fault.mangle(answer)
        return answer

    def _canned(self, fault: Fault, headers: dict[str, str], path: str) -> Answer:
        status, extra = fault.answer or (500, {})
        answer = {"x-fapi-interaction-id": headers.get("x-fapi-interaction-id", ""), **extra}
        if status == 429:
            return status, answer, b""
        return self._signed(status, path, answer, {"Errors": [{"ErrorCode": "U000"}]})

    def _oauth_answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        found: dict[tuple[str, str], Callable[[], dict[str, Any]]] = {
            ("GET", "/.well-known/openid-configuration"): self.oauth.configuration,
            ("GET", "/jwks"): self.oauth.keys,
            ("POST", "/token"): lambda: self.oauth.token(
                {name: values[0] for name, values in parse_qs(body.decode()).items()}
            ),
        }
        status, said = 200, {}
        try:
            said = found[(method, path)]()
        except OAuthError as error:
            status, said = 400, {"error": str(error)}
        except KeyError:
            status = 404
        return status, {"content-type": "application/json"}, json.dumps(said).encode()

    def _resource_answer(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, fault: Fault | None
    ) -> Answer:
        group = path.split("/")[1]
        inner = path.removeprefix(f"/{group}")
        faults = [
            line for one in descriptions()[group] for line in one.request_faults(method, inner, query, headers, body)
        ]
        if "x-jws-signature" in headers:
            faults += bank_signature.faults(
                headers["x-jws-signature"], body, self._client_key, CLIENT_KEY_ID, CLIENT_ISSUER, time.time()
            )
        self.violations += [f"request {method} {path}: {line}" for line in faults]
        common = {"x-fapi-interaction-id": headers.get("x-fapi-interaction-id", "")}
        scope = {"aisp": "accounts", "pisp": "payments"}[group]
        grant = self.oauth.granted(headers.get("authorization", ""), scope)
        if faults:
            answer = self._signed(400, path, common, {"Errors": [{"ErrorCode": "U002"}]})
        elif grant is None:
            answer = 401, common, b""
        else:
            try:
                said = self._resource(method, inner, query, headers, body, grant)
                if fault is not None and fault.say is not None:
                    fault.say(said)
                answer = self._done(method, path, common, said)
            except Refusal as error:
                answer = self._signed(error.status, path, common, {"Errors": [{"ErrorCode": error.code}]})
        if fault is None or fault.say is None:
            status, sent, content = answer
            found = [
                line
                for one in descriptions()[group]
                for line in one.answer_faults(method, inner, status, sent, content)
            ]
            self.violations += [f"answer {method} {path}: {line}" for line in found]
        return answer

    def _done(self, method: str, path: str, headers: dict[str, str], said: Json) -> Answer:
        if method == "DELETE":
            return 204, headers, b""
        return self._signed(201 if method == "POST" else 200, path, headers, said)

    def _end_consent(self, identifier: str) -> Json:
        ended = self._known(self.state.consents, identifier)
        del self.state.consents[identifier]
        ended.status = "CANC"
        return {}

    def _signed(self, status: int, path: str, headers: dict[str, str], message: Json) -> Answer:
        body = json.dumps(message).encode()
        headers = {**headers, "content-type": "application/json"}
        if path.startswith("/pisp/"):
            headers["x-jws-signature"] = self.signer.sign(body, time.time())
        return status, headers, body

    def _resource(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, grant: Grant
    ) -> Json:
        parts = path.strip("/").split("/")
        with self.state.lock:
            if method == "DELETE":
                return self._end_consent(parts[1])
            if parts[0] == "account-access-consents":
                return self._consent_message(self.state.create_consent("accounts", json.loads(body), None))
            if parts[0] == "accounts":
                return self._account_resource(path, parts, query, grant)
            if parts[0] == "domestic-payment-consents":
                if method == "POST":
                    key = headers["x-idempotency-key"]
                    return self._consent_message(self.state.create_consent("payments", json.loads(body), key))
                return self._consent_message(self._known(self.state.consents, parts[1]))
            if method == "POST":
                message = json.loads(body)
                consent = grant.consent
                if consent is None or consent.id != message["Data"]["ConsentId"]:
                    raise Refusal(403, "U018")
                return self._payment_message(self.state.create_payment(consent, message, headers["x-idempotency-key"]))
            return self._payment_message(self._known(self.state.payments, parts[1]))

    def _account_resource(self, path: str, parts: list[str], query: dict[str, str], grant: Grant) -> Json:
        if grant.consent is None or grant.consent.customer is None or grant.consent.status != "AUTH":
            raise Refusal(403, "U018")
        customer = grant.consent.customer
        if len(parts) == 1:
            return self._page(path, "Account", [account.message for account in customer.accounts], query)
        account = next((account for account in customer.accounts if account.id == parts[1]), None)
        if account is None:
            raise Refusal(403, "U018")
        if parts[2] == "balances":
            return self._page(path, "Balance", self._balances(account), query)
        entries = [entry for entry in getattr(customer, parts[2].replace("-", "_")) if entry["AccountId"] == account.id]
        if parts[2] == "transactions":
            start, end = query.get("fromBookingDateTime", ""), query.get("toBookingDateTime", "9")
            entries = [entry for entry in entries if start <= entry["BookingDateTime"][:19] <= end]
        return self._page(path, LISTS[parts[2]], entries, query)

    def _balances(self, account: Account) -> list[Json]:
        if account.balances is not None:
            return account.balances
        taken = sum(1 for payment in self.state.payments.values() if payment.status == "RCVD")
        at = written(self.state.now())
        pair = (("ITBD", account.booked), ("ITAV", account.booked - taken))
        return [
            {"AccountId": account.id, "CreditDebitIndicator": "Debit" if pence < 0 else "Credit", "Type": kind,
             "DateTime": at, "Amount": amount(abs(pence))}
            for kind, pence in pair
        ]  # fmt: skip

    def _page(self, path: str, name: str, entries: list[Json], query: dict[str, str]) -> Json:
        """Entries of one page, and the link to the next, which keeps the filter."""
        start = int(query.get("offset", "0"))
        shown = entries[start : start + self.state.page]
        here = f"{self.base}{VERSION}/aisp{path}"
        links = {"Self": here}
        if start + len(shown) < len(entries):
            kept = {**query, "offset": str(start + len(shown))}
            links["Next"] = f"{here}?{'&'.join(f'{key}={value}' for key, value in kept.items())}"
        return {"Data": {name: copy.deepcopy(shown)}, "Links": links, "Meta": {}}

    def _consent_message(self, consent: Consent) -> Json:
        data = copy.deepcopy(consent.message["Data"])
        at = written(consent.made)
        data |= {"ConsentId": consent.id, "CreationDateTime": at, "Status": consent.status, "StatusUpdateDateTime": at}
        group, place = ("aisp", "account-access-consents")
        if consent.scope == "payments":
            group, place = ("pisp", "domestic-payment-consents")
            data |= self._charges()
        link = f"{self.base}{VERSION}/{group}/{place}/{consent.id}"
        return {"Data": data, "Risk": consent.message["Risk"], "Links": {"Self": link}, "Meta": {}}

    def _payment_message(self, payment: Payment) -> Json:
        at = written(payment.made)
        data = {
            "DomesticPaymentId": payment.id,
            "ConsentId": payment.consent.id,
            "CreationDateTime": at,
            "Status": payment.status,
            "StatusUpdateDateTime": at,
            "Initiation": copy.deepcopy(payment.consent.message["Data"]["Initiation"]),
            **self._charges(),
        }
        link = f"{self.base}{VERSION}/pisp/domestic-payments/{payment.id}"
        return {"Data": data, "Links": {"Self": link}, "Meta": {}}

    def _charges(self) -> Json:
        if not self.state.charge_pence:
            return {}
        charge = {
            "ChargeBearer": "BorneByDebtor",
            "Type": "UK.OBIE.CHAPSOut",
            "Amount": amount(self.state.charge_pence),
        }
        return {"Charges": [charge]}

    @staticmethod
    def _known(found: dict[str, Any], identifier: str) -> Any:
        if identifier not in found:
            raise Refusal(400, "U011")
        return found[identifier]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bank = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def do_DELETE(self) -> None:
                self._serve()

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = bank.answer(self.command, self.path, headers, body)
                self.close_connection = answer is None
                if answer is None:
                    return
                status, sent, content = answer
                self.send_response(status)
                for name, value in sent.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
