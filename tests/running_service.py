"""The classifier service in a thread of the test's process, on a real port of this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sanic import Sanic

from custom_components.intent_classifier.batching import MicroBatcher
from custom_components.intent_classifier.service import service

SECRET = "a secret of the tests"
_WAIT_S = 30


@contextmanager
def running_service(batcher: MicroBatcher, digest: str, port: int = 0) -> Iterator[str]:
    """The address of a service around `batcher`, until the block ends."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as thread:
        Sanic._app_registry.clear()
        patch.setattr(Sanic, "test_mode", True)  # lets more than one server start in a process
        listener = socket.create_server(("127.0.0.1", port))
        started: Future[asyncio.AbstractEventLoop] = Future()
        stop = asyncio.Event()
        thread.submit(asyncio.run, _serve(service(batcher, digest, SECRET), listener, started, stop))
        loop = started.result(_WAIT_S)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            loop.call_soon_threadsafe(stop.set)
            listener.close()
            Sanic._app_registry.clear()


async def _serve(app: Sanic, listener: socket.socket, started: Future, stop: asyncio.Event) -> None:
    try:
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.before_start()
        await server.after_start()
    except BaseException as error:
        started.set_exception(error)
        raise
    started.set_result(asyncio.get_running_loop())
    await stop.wait()
    server.close()
    for connection in list(server.connections):
        connection.abort()
    await server.after_stop()
