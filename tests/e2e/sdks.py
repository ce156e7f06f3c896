"""The real SDKs behind one form, so that a test can ask all of them the same: OpenAI's for Python, and two for Node."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import inspect
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import openai
import pytest

NODE = Path(__file__).parent / "node"
_INSTALL_SECONDS = 300


@dataclass
class Outcome:
    """What came of a call, as the SDK sees it: ``data`` is its object as JSON (audio in base64), ``chunks`` those of a
    stream, ``error`` the exception: kind (its class), status, code, type, param, message, headers."""

    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[Any] = field(default_factory=list)
    error: dict[str, Any] | None = None

    @property
    def request_id(self) -> str:
        """The gateway's id of the request."""
        return (self.error["headers"] if self.error and not self.headers else self.headers)["x-request-id"]

    @property
    def text(self) -> str:
        """The answer's text, whole or streamed."""
        if self.data is not None:
            return str(self.data["choices"][0]["message"]["content"])
        return "".join(delta.get("content") or "" for delta in self.deltas)

    @property
    def deltas(self) -> list[dict[str, Any]]:
        """What each chunk of a stream adds to its first choice."""
        return [choice["delta"] for chunk in self.chunks for choice in chunk["choices"] if choice["index"] == 0]

    @property
    def finishes(self) -> list[str]:
        """The finish reasons a stream told."""
        reasons = (choice["finish_reason"] for chunk in self.chunks for choice in chunk["choices"])
        return [reason for reason in reasons if reason]

    @property
    def usage(self) -> dict[str, Any] | None:
        """The usage, of the answer or of the one chunk that must carry it."""
        if self.data is not None:
            found = self.data.get("usage")
        else:
            told = [chunk["usage"] for chunk in self.chunks if chunk.get("usage")]
            assert len(told) <= 1, told
            found = told[0] if told else None
        return found  # type: ignore[no-any-return]


Ask = Callable[..., Outcome]
"""What the fixture ``ask`` gives: a call of the shared gateway."""


class Sdk(Protocol):
    """An SDK: makes one call."""

    def call(self, base_url: str, key: str, op: str, body: dict[str, Any], **options: Any) -> Outcome:
        """Makes a call. ``op``: chat, responses (Node), completions, embeddings, rerank, images, moderations, speech,
        transcription (body.file: name and base64), models, model. ``options``: headers, max_retries, stop_after
        (chunks)."""


class PythonSdk:
    """OpenAI's SDK for Python."""

    def call(self, base_url: str, key: str, op: str, body: dict[str, Any], **options: Any) -> Outcome:
        """See Sdk."""
        outcome = Outcome()
        with openai.OpenAI(base_url=base_url, api_key=key, max_retries=options.get("max_retries", 2)) as client:
            try:
                self._perform(client, op, body, options, outcome)
            except openai.APIError as error:
                outcome.error = _told(error)
        return outcome

    def _perform(
        self, client: openai.OpenAI, op: str, body: dict[str, Any], options: dict[str, Any], outcome: Outcome
    ) -> None:
        if op == "rerank":
            answer: Any = client.post("/rerank", cast_to=object, body=body)
            outcome.data = answer
            return
        if op == "transcription":
            file = (body["file"]["name"], base64.b64decode(body["file"]["base64"]))
            body = {**body, "file": file}
        raw = _raw(_methods(client)[op], body, options.get("headers"))
        outcome.headers = dict(raw.headers)
        if body.get("stream"):
            with raw.parse() as stream:
                for chunk in stream:
                    outcome.chunks.append(chunk.to_dict())
                    if len(outcome.chunks) == options.get("stop_after"):
                        return
        elif op == "speech":
            outcome.data = base64.b64encode(raw.parse().read()).decode()
        else:
            parsed = raw.parse()
            outcome.data = parsed if isinstance(parsed, str) else parsed.to_dict()


def _methods(client: openai.OpenAI) -> dict[str, Callable[..., Any]]:
    return {
        "chat": client.chat.completions.with_raw_response.create,
        "completions": client.completions.with_raw_response.create,
        "embeddings": client.embeddings.with_raw_response.create,
        "images": client.images.with_raw_response.generate,
        "moderations": client.moderations.with_raw_response.create,
        "speech": client.audio.speech.with_raw_response.create,
        "transcription": client.audio.transcriptions.with_raw_response.create,
        "models": client.models.with_raw_response.list,
        "model": client.models.with_raw_response.retrieve,
    }


def _raw(method: Callable[..., Any], body: dict[str, Any], headers: dict[str, str] | None) -> Any:
    """Calls with the arguments the SDK knows, and the rest as its users send it: in ``extra_body``."""
    known = inspect.signature(method).parameters
    extra = {name: value for name, value in body.items() if name not in known}
    given = {name: value for name, value in body.items() if name in known}
    return method(**given, extra_headers=headers, **({"extra_body": extra} if extra else {}))


def _told(error: openai.APIError) -> dict[str, Any]:
    response = getattr(error, "response", None)
    return {
        "kind": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "code": error.code,
        "type": error.type,
        "param": error.param,
        "message": error.message,
        "headers": dict(response.headers) if response is not None else {},
    }


class NodeSdk:
    """One of OpenAI's SDKs for Node, in a process that makes one call after the other."""

    def __init__(self, alias: str) -> None:
        self._process = subprocess.Popen(
            ["node", "driver.mjs", alias], cwd=NODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, base_url: str, key: str, op: str, body: dict[str, Any], **options: Any) -> Outcome:
        """See Sdk."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"base_url": base_url, "key": key, "op": op, "body": body, "max_retries": 2, **options}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the driver ended"
        return Outcome(**json.loads(line))

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()
        assert self._process.returncode == 0


def install_node_sdks() -> None:
    """Installs what the lock file names, once for each lock file. Skips the test where there is no Node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("this machine has no Node.js (node and npm), which this SDK needs")
    stamp = NODE / "node_modules" / ".installed"
    with (NODE / "package-lock.json").open("rb") as lock:
        # Of several test workers one installs, and the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if not stamp.exists() or stamp.read_text() != wanted:
            _run_npm_ci()
            stamp.write_text(wanted)


def _run_npm_ci() -> None:
    command = ["npm", "ci", "--no-progress"]
    done = subprocess.run(command, cwd=NODE, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
