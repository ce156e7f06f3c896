"""Bodies of a hundred megabytes: taken or refused in bounded memory, while others are served."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .conftest import MAIN_KEY, plain_config
from .gateways import Gateway
from .processes import Provider
from .upstreams import whole
from .wires import Wire

MIB = 1024 * 1024
UPLOAD = 100 * MIB
MOST_MEMORY = 48 * MIB
"""What a hundred megabytes that pass through may add to a worker's memory at its highest."""
BOUNDARY = "river"
PIECE = bytes(range(256)) * 256
CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}


class Sink:
    """An upstream that reads a form of any size and answers a transcription; ``file`` hashes the form's last part."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.file = hashlib.sha256()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        conn, _ = self._listener.accept()
        with conn:
            conn.settimeout(60)
            got = b""
            while b"\r\n\r\n" not in got:
                got += conn.recv(65536)
            head, _, body = got.partition(b"\r\n\r\n")
            length = next(int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:"))
            boundary = head.partition(b"boundary=")[2].split(b"\r\n")[0].strip(b'"')
            while b"\r\n\r\n" not in body.partition(b"filename=")[2]:
                body += conn.recv(65536)
            start = body.index(b"\r\n\r\n", body.index(b"filename=")) + 4
            left, behind = length - start, len(b"\r\n--" + boundary + b"--\r\n")
            piece = body[start:]
            while left > 0:
                self.file.update(piece[: max(left - behind, 0)])
                left -= len(piece)
                piece = conn.recv(65536) if left > 0 else b""
            conn.sendall(whole(200, {"text": "a river"}))

    def close(self) -> None:
        """Ends it."""
        self._listener.close()
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def alone(provider: Provider, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway whose memory nobody else uses."""
    found = Gateway(tmp_path, provider, plain_config(provider))
    yield found
    found.stop()


def highest(gateway: Gateway) -> int:
    """The most memory the largest of its processes ever had, in bytes."""
    most = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) != gateway.process.popen.pid:
                continue
            lines = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        except OSError:
            continue  # it has ended
        most = max(most, int(lines.get("VmHWM", "0 kB").split()[0]) * 1024)
    assert most > 32 * MIB, "the process that serves is not found"
    return most


def form(size: int) -> Iterator[bytes]:
    """A transcription's form with a file of so many bytes."""
    yield (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\n\r\nbig-ears\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    ).encode()
    for _ in range(size // len(PIECE)):
        yield PIECE
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def head(path: str, kind: str, length: int) -> bytes:
    """The head of a request that announces a body."""
    lines = [f"POST {path} HTTP/1.1", "host: gateway", f"authorization: Bearer {MAIN_KEY}", f"content-type: {kind}"]
    return "\r\n".join([*lines, f"content-length: {length}"]).encode() + b"\r\n\r\n"


def test_an_upload_of_a_hundred_megabytes_passes_in_bounded_memory(alone: Gateway) -> None:
    sink = Sink()
    alone.channel(["big-ears"], base_url=f"{sink.url}/v1")
    assert alone.http.post("/v1/chat/completions", json=CHAT, headers=alone.auth()).status_code == 200
    before = highest(alone)
    length = sum(map(len, form(UPLOAD)))
    served = 0
    with Wire(alone.url) as wire, ThreadPoolExecutor(1) as pool:
        wire.send(head("/v1/audio/transcriptions", f"multipart/form-data; boundary={BOUNDARY}", length))
        pouring = pool.submit(wire.pour, form(UPLOAD))
        while not pouring.done():
            # Others are served while it comes.
            answer = alone.http.post("/v1/chat/completions", json=CHAT, headers=alone.auth())
            assert answer.status_code == 200
            served += 1
        assert pouring.result() == length
        answer = wire.answer()
    sink.close()
    assert answer.status == 200, answer.body
    assert answer.json["text"] == "a river"
    assert served
    assert sink.file.hexdigest() == hashlib.sha256(PIECE * (UPLOAD // len(PIECE))).hexdigest()
    assert highest(alone) - before < MOST_MEMORY
    assert alone.settled(answer.headers["x-request-id"])["status"] == 200


@pytest.mark.parametrize("announced", [True, False])
def test_a_json_body_of_a_hundred_megabytes_is_refused_before_it_is_held(alone: Gateway, announced: bool) -> None:
    assert alone.http.post("/v1/chat/completions", json=CHAT, headers=alone.auth()).status_code == 200
    before = highest(alone)
    opening = b'{"model":"gpt-4o-mini","pad":"'
    with Wire(alone.url) as wire:
        if announced:
            wire.send(head("/v1/chat/completions", "application/json", UPLOAD))
            wire.pour(iter([opening]))
        else:
            chunked = head("/v1/chat/completions", "application/json", 0).replace(
                b"content-length: 0", b"transfer-encoding: chunked"
            )
            wire.send(chunked)
            wire.pour(b"%x\r\n%s\r\n" % (len(PIECE), PIECE) for _ in range(UPLOAD // len(PIECE)))
        answer = wire.answer()
    assert (answer.status, answer.error["code"]) == (413, "body_too_large")
    assert highest(alone) - before < MOST_MEMORY
    assert alone.http.post("/v1/chat/completions", json=CHAT, headers=alone.auth()).status_code == 200
