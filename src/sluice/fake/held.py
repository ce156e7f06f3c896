"""Files, batches and fine-tuning jobs on OpenAI's wire: kept for each key, which knows nobody else's.

A batch is done when it is first asked after, or as the scenario of its lines' model says (``-poll-3``); each of its
lines is answered as the model answers. A job likewise; a word is a token.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sluice.fake import openai
from sluice.fake.content import Json, answer, tokens_of, usage
from sluice.fake.http import Ask
from sluice.fake.scenario import Scenario, read_scenario

_ENDPOINTS = ("/v1/chat/completions", "/v1/embeddings", "/v1/completions", "/v1/responses", "/v1/moderations")
_PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
_ROOTS = ("/files", "/batches", "/fine_tuning/jobs")
_CREATED = 1_700_000_000


class _No(Exception):
    """Status and message of a refusal."""


@dataclass(slots=True)
class _Thing:
    """Something kept: whose key it is, what is told of it, and what lies in it."""

    key: str
    told: Json
    data: bytes = b""
    asked: int = 0
    scenario: Scenario = field(default_factory=lambda: Scenario(""))


def speaks(path: str) -> bool:
    """Whether a path, without its version, is of these endpoints."""
    return any(path == root or path.startswith(root + "/") for root in _ROOTS)


class Shelf:
    """What one fake provider keeps."""

    def __init__(self) -> None:
        self._things: dict[str, _Thing] = {}
        self._number = 0

    async def serve(self, ask: Ask, path: str) -> None:
        """Answers a request; ``path`` is without its version."""
        root = next(root for root in _ROOTS if path == root or path.startswith(root + "/"))
        identity, _, action = path.removeprefix(root).removeprefix("/").partition("/")
        try:
            if not ask.key:
                raise _No(401, "Missing bearer or basic authentication in header")
            if not identity:
                await ask.answer(200, self._made(ask, root) if ask.method == "POST" else self._list(ask, root))
                return
            thing = self._things.get(identity)
            if thing is None or thing.key != ask.key or not _is_of(thing, root):
                raise _No(404, f"No such {root.rsplit('/', 1)[-1].rstrip('s')} object: {identity}")
            if action == "content":
                await ask.raw(200, thing.data, "application/octet-stream")
            else:
                await ask.answer(200, self._done(ask, thing, action))
        except _No as no:
            status, text = no.args
            await ask.answer(status, openai.error(text))

    def _keep(self, prefix: str, key: str, told: Json, data: bytes = b"", model: str = "") -> _Thing:
        self._number += 1
        told = {"id": f"{prefix}{self._number:06d}", **told}
        thing = self._things[told["id"]] = _Thing(key, told, data, scenario=read_scenario(model))
        return thing

    def _file(self, key: str, name: str, purpose: str, data: bytes) -> Json:
        told = {"object": "file", "bytes": len(data), "created_at": _CREATED, "filename": name, "purpose": purpose}
        return self._keep("file-fake", key, {**told, "status": "processed"}, data).told

    def _list(self, ask: Ask, root: str) -> Json:
        data = [thing.told for thing in self._things.values() if thing.key == ask.key and _is_of(thing, root)]
        return {"object": "list", "data": data, "has_more": False}

    # Making.

    def _made(self, ask: Ask, root: str) -> Json:
        asked: Any = ask.json
        if not isinstance(asked, dict):
            raise _No(400, "the body is neither JSON nor a form")
        if root == "/files":
            return self._uploaded(ask, asked)
        return self._batch(ask, asked) if root == "/batches" else self._job(ask, asked)

    def _uploaded(self, ask: Ask, asked: Json) -> Json:
        fields, files = asked.get("fields", {}), asked.get("files", {})
        if "file" not in files:
            raise _No(400, "'file' is a required property")
        if fields.get("purpose") not in _PURPOSES:
            raise _No(400, f"{fields.get('purpose')!r} is not one of {_PURPOSES}")
        strangers = fields.keys() - {"purpose", "expires_after[anchor]", "expires_after[seconds]"}
        if strangers:
            raise _No(400, f"Unrecognized request arguments supplied: {', '.join(sorted(strangers))}")
        return self._file(ask.key, files["file"][0], fields["purpose"], asked["data"]["file"])

    def _given(self, ask: Ask, identity: Any, purpose: str) -> _Thing:
        thing = self._things.get(str(identity))
        if thing is None or thing.key != ask.key or thing.told.get("purpose") != purpose:
            raise _No(400, f"Invalid file_id: {identity}")
        return thing

    def _batch(self, ask: Ask, asked: Json) -> Json:
        given = self._given(ask, asked.get("input_file_id"), "batch")
        if asked.get("endpoint") not in _ENDPOINTS or asked.get("completion_window") != "24h":
            raise _No(400, "Invalid value for 'endpoint' or 'completion_window'")
        lines = _lines(given.data)
        told = {
            "object": "batch", "endpoint": asked["endpoint"], "errors": None, "input_file_id": given.told["id"],
            "completion_window": "24h", "status": "in_progress", "output_file_id": None, "error_file_id": None,
            "created_at": _CREATED, "metadata": asked.get("metadata"),
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
        }  # fmt: skip
        model = str(lines[0]["body"].get("model", "")) if lines else ""
        return self._keep("batch_fake", ask.key, told, given.data, model).told

    def _job(self, ask: Ask, asked: Json) -> Json:
        given = self._given(ask, asked.get("training_file"), "fine-tune")
        if not isinstance(asked.get("model"), str):
            raise _No(400, "you must provide a model parameter")
        if asked.get("validation_file"):
            self._given(ask, asked["validation_file"], "fine-tune")
        told = {
            "object": "fine_tuning.job", "model": asked["model"], "created_at": _CREATED, "finished_at": None,
            "fine_tuned_model": None, "organization_id": "org-fake0123456789", "result_files": [], "seed": 1,
            "status": "queued", "trained_tokens": None, "training_file": given.told["id"], "error": None,
            "validation_file": asked.get("validation_file"), "hyperparameters": asked.get("hyperparameters") or {},
        }  # fmt: skip
        return self._keep("ftjob-fake", ask.key, told, given.data, asked["model"]).told

    # What is done with a thing.

    def _done(self, ask: Ask, thing: _Thing, action: str) -> Json:
        if ask.method == "DELETE" and thing.told["object"] == "file":
            del self._things[thing.told["id"]]
            return {"id": thing.told["id"], "object": "file", "deleted": True}
        if action in ("events", "checkpoints"):
            return {"object": "list", "data": [{"object": f"fine_tuning.job.{action}", "id": "e1"}], "has_more": False}
        if action == "cancel":
            if thing.told["status"] not in ("in_progress", "queued"):
                raise _No(409, f"cannot cancel what has the status {thing.told['status']}")
            thing.told["status"] = "cancelled"
            return thing.told
        thing.asked += 1
        if thing.asked >= thing.scenario.number("poll", 1) and thing.told.get("status") in ("in_progress", "queued"):
            self._finish(thing)
        return thing.told

    def _finish(self, thing: _Thing) -> None:
        told = thing.told
        if told["object"] == "batch":
            lines = [_answered(line, number) for number, line in enumerate(_lines(thing.data))]
            output = "".join(json.dumps(line) + "\n" for line in lines).encode()
            good = sum(line["response"]["status_code"] == 200 for line in lines)
            told["request_counts"] |= {"completed": good, "failed": len(lines) - good}
            told["output_file_id"] = self._file(thing.key, "output.jsonl", "batch_output", output)["id"]
            told["status"] = "completed"
            return
        epochs = told["hyperparameters"].get("n_epochs", 3)
        told["trained_tokens"] = tokens_of(thing.data.decode()) * (epochs if isinstance(epochs, int) else 3)
        told["result_files"] = [self._file(thing.key, "metrics.csv", "fine-tune-results", b"step\n1\n")["id"]]
        told |= {"status": "succeeded", "fine_tuned_model": f"ft:{told['model']}:fake::1", "finished_at": _CREATED}


def _is_of(thing: _Thing, root: str) -> bool:
    return bool(thing.told["object"] == {"/files": "file", "/batches": "batch"}.get(root, "fine_tuning.job"))


def _lines(data: bytes) -> list[Json]:
    try:
        return [json.loads(line) for line in data.splitlines() if line.strip()]
    except ValueError:
        raise _No(400, "the input file is not JSON lines") from None


def _answered(line: Json, number: int) -> Json:
    """The output of one line."""
    body, scenario = line["body"], read_scenario(str(line["body"].get("model", "")))
    failed = "500" in scenario or body.get("fail")
    reply: Json = openai.error("The server had an error", "server_error")
    if not failed:
        said = answer(scenario, body.get("messages") or [], None, body.get("max_tokens"))
        message = {"role": "assistant", "content": said.text}
        choice = {"index": 0, "message": message, "finish_reason": said.finish}
        reply = {"id": "chatcmpl-fake", "object": "chat.completion", "model": body["model"], "choices": [choice]}
        if "nousage" not in scenario:
            reply["usage"] = usage(said)
    response = {"status_code": 500 if failed else 200, "request_id": f"r{number}", "body": reply}
    return {"id": f"batch_req_{number}", "custom_id": line.get("custom_id"), "response": response, "error": None}
