"""What holds at every door: one error shape, limits, no Rasa endpoints, no CORS, health, metrics, OpenAPI."""

from __future__ import annotations

import asyncio
import json

import pytest

from common import processes
from common.processes import ProcessState
from custom_components.channels import pages

CHAT = "/api/v2/chat"
TOKEN = "/api/v2/auth/token"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/version"),
        ("GET", "/status"),
        ("GET", "/domain"),
        ("PUT", "/model"),
        ("POST", "/model/train"),
        ("POST", "/model/parse"),
        ("GET", "/conversations/default/tracker"),
        ("POST", "/conversations/default/execute"),
        ("POST", "/webhooks/rest/webhook"),
        ("GET", "/webhooks/rest/"),
        ("GET", "/nowhere"),
        ("GET", "/api/v2/"),
        ("GET", "/api/v2/sessions/%00/events/x"),
        ("GET", "/assets/../index.html"),
        ("GET", "/assets/%2e%2e/%2e%2e/config.yml"),
        ("GET", "/assets/nothing.js"),
        ("GET", "/assets/%00"),
        ("GET", "/.teller/logins.json"),
    ],
)
async def test_what_does_not_exist_is_answered_in_the_one_shape(house, error_of, method, path):
    answer = await house.client.request(method, path)
    assert answer.status_code == 404
    assert error_of(answer)["trace_id"] == answer.headers["X-Trace-Id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", CHAT),
        ("DELETE", CHAT),
        ("GET", TOKEN),
        ("PUT", "/api/v2/sessions/session-of-nobody"),
        ("POST", "/health/live"),
        ("POST", "/"),
        ("PUT", "/metrics"),
    ],
)
async def test_wrong_method_is_405(house, error_of, method, path):
    answer = await house.client.request(method, path)
    assert (answer.status_code, error_of(answer)["code"]) == (405, "method_not_allowed")


async def test_every_route_without_a_token_is_refused_or_public(house, error_of):
    public = {"/api/v2/openapi.json", "/health/live", "/health/ready", "/metrics", "/", "/assets/{name}"}
    public |= {"/open-banking/go/{state}", "/open-banking/back"}
    description = (await house.client.get("/api/v2/openapi.json")).json()
    for path, operations in description["paths"].items():
        for method in operations.keys() - {"parameters"}:
            if path in public or path == TOKEN:
                assert operations[method]["security"] == []
                continue
            answer = await house.client.request(method, path.replace("{session_id}", "session-of-nobody"))
            assert (answer.status_code, error_of(answer)["code"]) == (401, "token_missing"), path


async def test_body_too_large_is_413(house, error_of):
    headers = await house.bearer()
    for path, kind in ((CHAT, "application/json"), (TOKEN, "application/x-www-form-urlencoded")):
        answer = await house.client.post(path, content=b"a" * 70_000, headers=headers | {"Content-Type": kind})
        assert (answer.status_code, error_of(answer)["code"]) == (413, "body_too_large")
    assert (await house.chat(headers, "hello")).status_code == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /health/live HTTP/1.1\r\nContent-Length: -5", 400),
        (b"POST /health/live HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 7", 400),
        (b"POST /health/live HTTP/1.1\r\nContent-Length: 7\r\nTransfer-Encoding: chunked", 400),
        (b"POST /health/live HTTP/1.1\r\nTransfer-Encoding: gzip", 400),
        (b"POST /health/live HTTP/1.1\r\nContent-Length: seven", 400),
        ("GET /é HTTP/1.1".encode(), 404),
        (b"GET /\x00 HTTP/1.1", 404),
        (b"GET /api/v2/sessions HTTP/1.1\r\nAuthorization: Bearer \xff", 401),
        (b"GET /api/v2/sessions HTTP/1.1\r\nX-API-Key: tlr_\xff_\xff", 401),
    ],
)
async def test_crooked_request_is_refused_and_the_server_lives(house, head, status):
    reader, writer = await asyncio.open_connection("127.0.0.1", house.client.base_url.port)
    writer.write(head + b'\r\nHost: x\r\nConnection: close\r\n\r\n{"a":1}')
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == {"error"}
    assert (await house.client.get("/health/live")).status_code == 200


async def test_trace_id_passes_the_scrubber(house, scrubber):
    ids = [(await house.client.get("/health/live")).headers["X-Trace-Id"] for _ in range(20)]
    assert len(set(ids)) == 20
    assert all(scrubber.scrub(f"request failed trace_id={each}", "log").endswith(each) for each in ids)
    assert all(each.isalpha() for each in ids)


async def test_streamed_body_too_large_is_refused(house):
    async def parts():
        for _ in range(80):
            yield b"a" * 1024

    headers = await house.bearer() | {"Content-Type": "application/json"}
    answer = await house.client.post(CHAT, content=parts(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/x-www-form-urlencoded"])
async def test_other_media_type_is_415(house, error_of, kind):
    answer = await house.raw_chat(await house.bearer(), b'{"message": "hi"}', kind)
    assert (answer.status_code, error_of(answer)["code"]) == (415, "unsupported_media_type")


async def test_token_endpoint_keeps_the_one_shape(house, error_of):
    json_body = await house.client.post(TOKEN, json={"grant_type": "password"})
    assert (json_body.status_code, error_of(json_body)["code"]) == (415, "unsupported_media_type")
    for form, code in [
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({}, "unsupported_grant_type"),
    ]:
        answer = await house.client.post(
            TOKEN, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert (answer.status_code, error_of(answer)["code"]) == (400, code)
    client = await house.grant(grant_type="client_credentials", client_id="x", client_secret="y")
    assert (client.status_code, error_of(client)["code"]) == (401, "invalid_client")


async def test_no_cross_origin_headers_and_no_automatic_options(house):
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method, path in [("OPTIONS", CHAT), ("GET", "/health/live"), ("GET", "/nowhere"), ("GET", "/")]:
        answer = await house.client.request(method, path, headers=headers)
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert (await house.client.options(CHAT, headers=headers)).status_code == 405


async def test_page_and_assets_are_served(house, tmp_path, monkeypatch, error_of):
    missing = tmp_path / "nowhere"
    monkeypatch.setattr(pages, "DIST", missing)
    answer = await house.client.get("/")
    assert (answer.status_code, error_of(answer)["code"]) == (503, "page_not_built")
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<h1>Teller</h1>")
    (tmp_path / "assets" / "app-1.js").write_text("export {}")
    monkeypatch.setattr(pages, "DIST", tmp_path)
    page = await house.client.get("/")
    assert (page.status_code, page.text) == (200, "<h1>Teller</h1>")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    asset = await house.client.get("/assets/app-1.js")
    assert (asset.status_code, asset.text) == (200, "export {}")
    assert "javascript" in asset.headers["Content-Type"]


async def test_readiness_names_every_component(house):
    answer = await house.client.get("/health/ready")
    components = answer.json()["components"]
    assert set(components) == {"postgres", "redis", "classifier", "action_server"}
    assert {name: components[name]["status"] for name in ("postgres", "redis", "classifier")} == {
        "postgres": "up",
        "redis": "up",
        "classifier": "up",
    }
    assert (answer.status_code, components["action_server"]["status"]) == (503, "down")
    assert (await house.client.get("/health/live")).json() == {"status": "alive"}


async def test_what_the_supervisor_knows_of_its_processes_is_shown(house):
    home = house.app.ctx.house.settings.home
    processes.write(home, {"bank worker": ProcessState(up=False, restarts=3)})
    try:
        shown = (await house.client.get("/health/ready")).json()["processes"]
        metrics = (await house.client.get("/metrics")).text
    finally:
        processes.forget(home)
    assert shown == {"bank worker": {"up": False, "restarts": 3}}
    assert 'teller_process_up{process="bank_worker"} 0.0' in metrics
    assert 'teller_process_restarts{process="bank_worker"} 3.0' in metrics
    assert "processes" not in (await house.client.get("/health/ready")).json()


async def test_metrics_count_turns_and_hold_no_words(house):
    await house.chat(await house.bearer(), "unheard of sentence")
    text = (await house.client.get("/metrics")).text
    assert 'teller_intents_total{channel="rest_v2",intent="check_balance"} 1.0' in text
    assert 'route="/api/v2/chat"' in text
    assert "unheard" not in text


async def test_openapi_describes_exactly_the_routes_there_are(house):
    description = (await house.client.get("/api/v2/openapi.json")).json()
    assert description["openapi"].startswith("3.")
    described = {
        (method.upper(), path)
        for path, operations in description["paths"].items()
        for method in operations.keys() - {"parameters"}
    }
    served = set()
    for group in house.app.router.groups.values():
        for route in group.routes:
            path = "/" + route.path.replace("<", "{").replace(">", "}").replace(":path", "").replace(":str", "")
            served |= {(method, path) for method in route.methods}
    assert served == described


async def test_inbox_is_the_customers_own_newest_first(house):
    from common.demo import CUSTOMERS

    await house.app.ctx.house.redis.flushdb()
    inbox = house.app.ctx.house.inbox
    await inbox.push(CUSTOMERS["priya"], "sms", "Your code is 123456.", code="123456")
    await inbox.push(CUSTOMERS["priya"], "email", "A statement is ready.")
    messages = (await house.client.get("/api/v2/demo/inbox", headers=await house.bearer("priya"))).json()["messages"]
    assert [list(message) for message in messages] == [["kind", "text", "sent_at"], ["code", "kind", "text", "sent_at"]]
    assert messages[1]["code"] == "123456"
    other = (await house.client.get("/api/v2/demo/inbox", headers=await house.bearer("jonas"))).json()
    assert other == {"messages": []}
    assert (await house.client.get("/api/v2/demo/inbox", headers=await house.bearer("admin"))).status_code == 403


class TestLimit:
    @pytest.fixture
    def rate_limit(self) -> int:
        return 100

    async def test_the_101st_request_of_a_minute_is_refused(self, house, error_of):
        await house.app.ctx.house.redis.flushdb()
        alex, sam = await house.bearer("alex"), await house.bearer("sam")
        answers = [await house.client.get("/api/v2/sessions", headers=alex) for _ in range(101)]
        assert [answer.status_code for answer in answers] == [200] * 100 + [429]
        assert error_of(answers[-1])["code"] == "rate_limited"
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        # Another token of the same customer is the same principal; another customer is not.
        again = await house.bearer("alex")
        assert (await house.client.get("/api/v2/sessions", headers=again)).status_code == 429
        assert (await house.client.get("/api/v2/sessions", headers=sam)).status_code == 200

    async def test_guest_tokens_are_limited_by_address(self, house):
        await house.app.ctx.house.redis.flushdb()
        codes = [(await house.grant(grant_type="urn:teller:guest")).status_code for _ in range(101)]
        assert codes == [200] * 100 + [429]
