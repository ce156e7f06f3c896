"""What operators' machines ask, and the id that every answer carries."""

from __future__ import annotations

import pytest

from .books import Load
from .gateways import Gateway, NewGateway, until


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/"), ("GET", "/channels"),
     ("GET", "/v1/models"), ("OPTIONS", "/v1/chat/completions"), ("OPTIONS", "/v1beta/models/m:generateContent"),
     ("POST", "/v1beta/models/m:generateContent"), ("GET", "/v1beta"), ("GET", "/v1/nothing"),
     ("GET", "/api/v1/session"), ("GET", "/api/v1/nothing"), ("GET", "/assets/nothing.js")],
)  # fmt: skip
def test_every_answer_has_one_id(gateway: Gateway, method: str, path: str) -> None:
    first, second = (gateway.http.request(method, path).headers.get_list("x-request-id") for _ in range(2))
    assert len(first) == len(second) == 1
    assert first[0].startswith("req_")
    assert first != second


async def test_metrics_of_two_workers_are_one(new_gateway: NewGateway) -> None:
    gateway = new_gateway(workers=2, environment={"SLUICE_METRICS_OPEN": "true"})
    load = Load(gateway.url, gateway.key(), 16)
    model = "gpt-4o-mini-usage-1000-500"
    await load.run({"model": model, "messages": [{"role": "user", "content": "hi"}]} for _ in range(64))
    assert {answer.status for answer in load.answers} == {200}
    for answer in load.answers:
        gateway.settled(answer.id)
    wanted = {
        f'sluice_requests_total{{format="openai_chat",model="{model}",status="200"}}': 64.0,
        f'sluice_tokens_total{{direction="input",model="{model}"}}': 64_000.0,
        f'sluice_tokens_total{{direction="output",model="{model}"}}': 32_000.0,
        'sluice_request_seconds_count{format="openai_chat"}': 64.0,
    }

    def told() -> dict[str, float] | None:
        lines = gateway.http.get("/metrics").text.splitlines()
        found = {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if name in wanted}
        return found if found == wanted else None

    until(told, "both workers to show what they counted")


def test_metrics_are_for_management_tokens_unless_open(gateway: Gateway) -> None:
    assert gateway.http.get("/metrics").status_code == 401
    assert gateway.http.get("/metrics", headers=gateway.auth()).status_code == 401
    key = gateway.token(scope="management")["key"]
    answer = gateway.http.get("/metrics", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert "sluice_requests_total" in answer.text
