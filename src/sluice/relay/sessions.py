"""Serves sessions: a channel is found for each as for any request, and its answers are charged one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sluice.accounting.policy import Ending
from sluice.base.errors import GatewayError
from sluice.base.ids import request_id
from sluice.base.outcome import Cause, Fault
from sluice.relay.greeting import Opened
from sluice.relay.inbound import ClientLeft, Inbound, SocketClient
from sluice.relay.job import Job, Timing
from sluice.relay.relay import CLIENT_GONE, Relay
from sluice.relay.session import ABNORMAL, End, Session, Terms
from sluice.relay.session_money import Meter, Purse
from sluice.routing.snapshot import Channel, Token

_OPEN = 101


@dataclass(slots=True)
class Sessions:
    """Serves sessions by the relay's snapshot, money and channels. One per worker."""

    relay: Relay
    terms: Terms

    async def serve(self, inbound: Inbound, client: SocketClient, admit: Callable[[], Token]) -> None:
        """Serves one session to its end, and settles it exactly once. ``admit`` gives its token as it is now.

        Raises GatewayError while the client's websocket is not accepted: its surface says it in HTTP.
        """
        job = Job(inbound, self.relay.snapshot())
        found: list[Opened] = []
        try:
            await self._open(job, found)
            await self._run(job, client, found[0], admit)
        finally:
            if not job.settled:
                # Only a defect of ours, or the server's end, leads here.
                self.relay.till.settle(job, Ending.SESSION, status=500, error_code="internal_error")

    async def _open(self, job: Job, found: list[Opened]) -> None:
        async def attempt(job: Job, channel: Channel) -> Fault | None:
            relay = self.relay
            job.timing = Timing(relay.clock.monotonic())
            job.forwarded_ms = job.since(job.timing.started)
            answer = await relay.attempter.open(job, channel)
            if isinstance(answer, Fault):
                relay.failed(job, channel, answer)
                return answer
            relay.succeeded(job, channel)
            job.first_ms = job.since(relay.clock.monotonic())
            found.append(answer)
            return None

        try:
            await self.relay.place(job, attempt)
        except GatewayError as error:
            ending = Ending.FAILED if job.attempts else Ending.REFUSED
            self.relay.till.settle(job, ending, status=error.status, error_code=error.code)
            raise

    async def _run(self, job: Job, client: SocketClient, opened: Opened, admit: Callable[[], Token]) -> None:
        relay, channel = self.relay, job.channel
        assert channel is not None
        purse = Purse(till=relay.till, clock=relay.clock, snapshot=relay.snapshot, admit=admit, new_id=self._new_id)
        meter = Meter(purse, job)
        secrets = (channel.spec.key, *channel.spec.key.split("|"), channel.spec.base_url)
        end = End(ABNORMAL)
        try:
            try:
                await client.accept([(b"x-request-id", job.inbound.id.encode())])
            except ClientLeft:
                await opened.socket.close(1001, "")
                end.client_left = True
                return
            session = Session(job, client, opened, meter, self.terms, relay.clock, secrets, self._new_id)
            end = await session.run()
        finally:
            self._settle(job, meter, end)

    def _settle(self, job: Job, meter: Meter, end: End) -> None:
        """Charges what is under way, and writes the session's own row."""
        till = self.relay.till
        code = "" if end.error is None else end.error.code
        if end.upstream_broke:
            assert job.channel is not None
            broken = Fault(cause=Cause.BROKEN, message="the upstream broke the session")
            self.relay.health.failed(job.channel.id, broken, self.relay.clock.monotonic())
            meter.close(Ending.UPSTREAM_BROKE, 200, code)
        else:
            meter.close(Ending.CLIENT_GONE, CLIENT_GONE if end.client_left else 200, code or "client_gone")
        gone = end.client_left and end.code == ABNORMAL
        status = CLIENT_GONE if gone else _OPEN
        till.settle(job, Ending.SESSION, status=status, error_code="client_gone" if gone else code)

    def _new_id(self) -> str:
        return request_id(self.relay.clock.now_ms(), self.relay.rng)
