"""Teller on one machine: `python -m deploy.local run|shell|train|test-core`.

Puts the embedded servers, the demo bank, the Rasa model, the action server and the assistant together,
and takes down what it started.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess  # nosec B404: starts this project's own processes
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from common import database, embedded, key_service, keys, log
from common import settings as house
from common.settings import ROOT, Settings
from deploy import model
from deploy.household import Household
from deploy.keeping import KeepingError, Kept

READY_SECONDS = 300
LEAST_FREE_BYTES = 500_000_000


class StartError(RuntimeError):
    """Something stops the start; the message says what to do."""


@dataclass(frozen=True)
class Process:
    """A child process and the file that holds what it prints."""

    name: str
    child: subprocess.Popen
    output: Path

    @property
    def last_words(self) -> str:
        return _last_words(self.output)

    def stop(self) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


def _last_words(output: Path) -> str:
    """The most telling line of what a process printed."""
    lines = output.read_text(errors="replace").strip().splitlines()
    telling = (
        [line for line in lines if line.startswith("error:")] or [line for line in lines if "rror" in line] or lines
    )
    return telling[-1].removeprefix("error: ")[:400] if telling else "nothing; see the logs under .teller/logs"


def main() -> int:
    """One command; expected failures are one line on standard error and exit status 1."""
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    commands = {"run": run, "shell": shell, "train": train, "test-core": test_core}
    if command not in commands:
        print(f"usage: python -m deploy.local {'|'.join(commands)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    log.catch_uncaught()
    try:
        return commands[command]()
    except KeyboardInterrupt:
        return 130
    except (
        StartError,
        model.ModelError,
        house.SettingsError,
        embedded.EmbeddedServerError,
        keys.KeyringError,
        KeepingError,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def run() -> int:
    """Everything until Ctrl-C; a process that ends later is started again."""
    with ExitStack() as stack:
        settings = _prepare(stack)
        household = stack.enter_context(_household(settings))
        print("Starting the action server and the assistant", flush=True)
        servers = [household.keep(lambda: _actions(settings)), household.keep(lambda: _assistant(settings))]
        _wait_for(f"http://127.0.0.1:{settings.assistant_port}/health/ready", household, servers)
        _greet(settings)
        while True:
            household.require_hope()
            time.sleep(1)


def shell() -> int:
    """Rasa's shell on the `cmdline` channel, as alex."""
    with ExitStack() as stack:
        settings = _prepare(stack, port=False)
        household = stack.enter_context(_household(settings))
        actions = household.keep(lambda: _actions(settings))
        _wait_for(f"http://127.0.0.1:{settings.action_port}/health", household, [actions])
        command = [sys.executable, "-W", "ignore", "-m", "custom_components.channels.cmdline"]
        command += [str(model.ARCHIVE), str(_endpoints(settings))]
        output = settings.home / "logs" / "shell.out"
        with output.open("w") as errors:
            status = subprocess.call(command, cwd=ROOT, env=_environment(settings), stderr=errors)  # nosec B603
        if status != 0:
            raise StartError(f"the shell stopped with status {status}; its last words: {_last_words(output)}")
        return 0


def train() -> int:
    """The Rasa model, if its inputs changed."""
    _require_room()
    with model.alone():
        try:
            model.ensure(_environment(None))
        except model.ModelError:
            model.train(_environment(None))
    return 0


def test_core() -> int:
    """Rasa's own story tests on the trained model."""
    with model.alone():
        model.ensure(_environment(None))
    settings = house.load()
    database.migrate(settings)
    results = settings.home / "story-tests"
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "test", "core", "--stories", "tests/conversations"]
    command += ["--model", str(model.ARCHIVE), "--fail-on-prediction-errors", "--out", str(results)]
    return subprocess.call(command, cwd=ROOT, env=_environment(settings))  # nosec B603


def _prepare(stack: ExitStack, port: bool = True) -> Settings:
    _require_room()
    for number in ([_port("TELLER_PORT", 5005)] if port else []) + [_port("TELLER_ACTION_PORT", 5055)]:
        _require_free(number)
    print("Starting PostgreSQL and Redis", flush=True)
    settings = house.load()
    stack.callback(embedded.stop, settings.home)
    lines = f"DATABASE_URL={settings.database_url}\nREDIS_URL={settings.redis_url}\n"
    (settings.home / "env").write_text(lines)
    os.chmod(settings.home / "env", 0o600)
    asyncio.run(key_service.prove(keys.load(settings)))
    database.migrate(settings)
    if settings.demo:
        from actions.bank import seed
        from custom_components.security import demo_logins

        print("Preparing the demo bank", flush=True)
        asyncio.run(seed.seed(settings))
        asyncio.run(demo_logins.ensure(settings))
    with model.alone():
        model.ensure(_environment(settings))
    return settings


@contextmanager
def _household(settings: Settings) -> Iterator[Household]:
    """The processes that nobody talks to; the audit's sealer is first to start and last to stop, so that nobody's
    records wait for the next start."""
    with Household(settings.home) as household:
        household.keep(lambda: _sealer(settings))
        household.keep(lambda: _spawn(settings, "bank worker", ["-m", "actions.bank.worker", "run"]))
        household.keep(lambda: _spawn(settings, "scheduler", ["-m", "deploy.schedule", "run"], hears_customers=False))
        yield household


def _sealer(settings: Settings) -> Process:
    return _spawn(settings, "audit sealer", ["-m", "common.audit", "seal"])


def _actions(settings: Settings) -> Process:
    return _spawn(settings, "action server", ["-m", "rasa", "run", "actions", "--port", str(settings.action_port)])


def _assistant(settings: Settings) -> Process:
    address = ["--interface", "127.0.0.1", "--port", str(settings.assistant_port)]
    files = ["--endpoints", str(_endpoints(settings)), "--credentials", "credentials.yml"]
    return _spawn(settings, "assistant", ["-m", "rasa", "run", "--model", str(model.ARCHIVE), *address, *files])


def _endpoints(settings: Settings) -> Path:
    """endpoints.yml with the action server's port of this start: Rasa refuses a variable that may be unset."""
    written = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    path = settings.home / "endpoints.yml"
    path.write_text(written.replace("127.0.0.1:5055", f"127.0.0.1:{settings.action_port}"), encoding="utf-8")
    return path


def _spawn(settings: Settings, name: str, arguments: list[str], *, hears_customers: bool = True) -> Process:
    """Loggers write JSON lines to `<name>.log`; what a process prints besides goes to `<name>.out`.

    A process that never hears a customer's words prints all it has to say: the scrubber of the log is half a gigabyte.
    """
    folder = settings.home / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = name.replace(" ", "-")
    if hears_customers:
        logging = folder / f"{stem}.yml"
        logging.write_text(yaml.safe_dump(log.configuration(folder / f"{stem}.log")), encoding="utf-8")
        arguments = [*arguments, "--logging-config-file", str(logging)]
    output = folder / f"{stem}.out"
    with output.open("w") as file:
        child = subprocess.Popen(  # nosec B603: this interpreter, fixed arguments
            [sys.executable, "-W", "ignore", *arguments],
            cwd=ROOT,
            env=_environment(settings),
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return Process(name, child, output)


def _environment(settings: Settings | None) -> dict[str, str]:
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "FORCE_JSON_LOGGING": "true",
        "SANIC_HOST": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }
    if settings is not None:
        environment |= {
            "TELLER_HOME": str(settings.home),
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
        }
    return environment


def _wait_for(address: str, household: Household, servers: list[Kept]) -> None:
    """Raises StartError when `address` does not answer in time, KeepingError when a server does not even start."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        household.require_hope()
        for server in servers:
            server.require_first_life()
        try:
            with urllib.request.urlopen(address, timeout=5):  # nosec B310: a loopback address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise StartError(f"{address} was not ready within {READY_SECONDS} s; see the logs under .teller/logs")


def _greet(settings: Settings) -> None:
    print(f"\nTeller is ready at http://127.0.0.1:{settings.assistant_port}")
    if settings.demo:
        from custom_components.security import demo_logins

        print("Demo logins (also in .teller/logins.json):")
        for name, login in demo_logins.read(settings).items():
            print(f"  {name:<9} {login['password']:<20} {login['role']}")
    print("Ctrl-C stops everything.", flush=True)


def _require_room() -> None:
    folder = house.home()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise StartError(f"the disk under {folder} has {free // 1_000_000} MB free and Teller needs 500; make room")


def _require_free(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise StartError(
                f"port {port} is in use; stop what uses it, or set TELLER_PORT / TELLER_ACTION_PORT"
            ) from None


def _port(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
