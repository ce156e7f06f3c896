"""A running gateway as tests see it: its address, its keys, its management API, its command line."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx
import tomli_w

from .processes import PASSWORD, Process, Provider, await_ready, check_log

_SETTLED_SECONDS = 60.0
_CLI_SECONDS = 120.0
_numbers = itertools.count(1)


class Gateway:
    """``sluice serve`` in a process of its own.

    ``config`` is the config file's content; every token in it must name its key. ``environment`` holds further
    settings (``SLUICE_...``).
    """

    def __init__(
        self,
        folder: Path,
        provider: Provider,
        config: Mapping[str, Any],
        *,
        workers: int = 1,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.provider, self.data_dir = folder, provider, folder / "data"
        self.log = folder / "gateway.log"
        self._workers = workers
        self._environment = {"SLUICE_ADMIN_PASSWORD": PASSWORD, **(environment or {})}
        self._keys = {token["name"]: token["key"] for token in config.get("tokens", ())}
        self.config = folder / "sluice.toml"
        self.config.write_text(tomli_w.dumps(dict(config)))
        try:
            self.start()
        except BaseException:
            self.process.kill()
            raise

    def start(self) -> None:
        """Starts the process (again, over the same data). Its address may be another than before."""
        self._left = {str(path) for path in self.data_dir.glob("journal/*.lock")}
        flags = {"--port": "0", "--data-dir": str(self.data_dir), "--config": str(self.config)}
        args = ["serve", "--workers", str(self._workers), *itertools.chain(*flags.items())]
        self.process = Process(args, self.log, self._environment)
        self.url = self.process.address()
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
        await_ready(self.http, "/readyz")
        if self._workers > 1:
            # It answers as soon as one of them does: another may still apply what a dead worker left.
            until(lambda: len(self.serving()) == self._workers or None, "every worker")
        self._signed_in: httpx.Client | None = None

    def serving(self) -> list[int]:
        """The processes that serve: each has a journal of its own once it has applied what dead workers left."""
        server = self.process.popen.pid
        if self._workers == 1:
            return [server]
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        return [int(child) for child in children if any(map(self._is_own_journal, Path(f"/proc/{child}/fd").iterdir()))]

    def _is_own_journal(self, link: Path) -> bool:
        try:
            file = os.readlink(link)
        except OSError:
            return False
        return "/journal/" in file and file.endswith(".lock") and file not in self._left

    @property
    def management(self) -> httpx.Client:
        """The management API with root signed in: at its first use, for a gateway loads it only then."""
        if self._signed_in is None:
            self._signed_in = httpx.Client(base_url=f"{self.url}/api/v1", trust_env=False, timeout=60)
            signed = self._signed_in.post("/session", json={"name": "root", "password": PASSWORD})
            assert signed.status_code == 200, signed.text
            self._signed_in.headers["x-csrf-token"] = signed.json()["csrf"]
        return self._signed_in

    def stop(self) -> None:
        """Stops the process. Raises AssertionError when it does not stop, or its log holds a traceback."""
        self._close()
        check_log(self.process.stop())

    def kill(self) -> None:
        """Ends the process as a power cut would."""
        self._close()
        self.process.kill()

    def _close(self) -> None:
        self.http.close()
        if self._signed_in is not None:
            self._signed_in.close()

    def key(self, name: str = "main") -> str:
        """The key of a token: of the config file, or made by ``token``."""
        return str(self._keys[name])

    def auth(self, name: str = "main") -> dict[str, str]:
        """The header that carries a token's key."""
        return {"authorization": f"Bearer {self.key(name)}"}

    def cli(self, *args: str, ok: bool = True, environment: Mapping[str, str] | None = None) -> str:
        """What a command of ``sluice`` printed, run over this gateway's data; raises when it fails, unless not ``ok``
        (then the text is of standard error)."""
        done = subprocess.run(
            [sys.executable, "-m", "sluice.cli", *args],
            capture_output=True,
            text=True,
            timeout=_CLI_SECONDS,
            env={**os.environ, **self._environment, "SLUICE_DATA_DIR": str(self.data_dir), **(environment or {})},
            check=False,
        )
        assert (done.returncode == 0) is ok, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if ok else done.stderr

    def manage(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """The JSON answer of the management API, whose status must be ``status``."""
        answer = self.management.request(method, path, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def channel(self, models: list[str], *, wire: str = "openai", **fields: Any) -> dict[str, Any]:
        """Creates a channel to the fake provider. ``fields`` as in ``POST /channels``."""
        values = {"name": f"channel {next(_numbers)}", "provider": "openai", "base_url": self.provider.base(wire)}
        made: dict[str, Any] = self.manage(
            "POST", "/channels", 201, json={**values, "key": "up-key", "models": models, **fields}
        )
        return made

    def token(self, name: str = "", **fields: Any) -> dict[str, Any]:
        """Creates a token; its key is known to ``key`` from then on. ``fields`` as in ``POST /tokens``."""
        name = name or f"token {next(_numbers)}"
        made: dict[str, Any] = self.manage("POST", "/tokens", 201, json={"name": name, **fields})
        self._keys[name] = made["key"]
        return made

    def user(self, name: str = "", **fields: Any) -> dict[str, Any]:
        """Creates a user. ``fields`` as in ``POST /users``."""
        name = name or f"user{next(_numbers)}"
        made: dict[str, Any] = self.manage("POST", "/users", 201, json={"name": name, **fields})
        return made

    def price(self, model: str, **usd: str) -> None:
        """Sets a model's price: USD per million units, such as ``input="1", output="2"``."""
        self.manage("PUT", "/prices", json={"model": model, "rates": usd})

    def settled(self, request_id: str) -> dict[str, Any]:
        """The log row of a request with its attempts and its charge, once it is settled."""
        return until(lambda: self._row(request_id), f"the settlement of {request_id}")

    def _row(self, request_id: str) -> dict[str, Any] | None:
        answer = self.management.get(f"/requests/{request_id}")
        assert answer.status_code in (200, 404), answer.text
        return answer.json() if answer.status_code == 200 else None


NewGateway = Callable[..., Gateway]
"""What the fixture ``new_gateway`` gives."""


_T = TypeVar("_T")


def until(look: Callable[[], _T | None], what: str) -> _T:
    """What ``look`` finds, asked again until there is something. Raises AssertionError when nothing comes."""
    deadline = time.monotonic() + _SETTLED_SECONDS
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
    return found
