"""The relay's dealings with money: set aside before the first attempt, settle once at the end."""

from __future__ import annotations

import structlog

from sluice.accounting.policy import Ending, decide
from sluice.accounting.reservation import (
    Refusal,
    Reservation,
    estimate_output_tokens,
    in_priced_units,
    plan_fixed,
    plan_reservation,
)
from sluice.base.clock import Clock
from sluice.base.errors import GatewayError, insufficient_quota
from sluice.base.money import usd_from_nano
from sluice.base.usage import NO_USAGE, Usage
from sluice.catalog.models import model_facts
from sluice.relay.job import Job
from sluice.storage.ledger import Ledger, LedgerAway
from sluice.telemetry.metrics import Metrics

_log = structlog.get_logger("sluice.money")

_DEFAULT_MAX_OUTPUT = 4096


class Till:
    """Reserves and settles jobs on one worker's ledger."""

    def __init__(self, ledger: Ledger, metrics: Metrics, clock: Clock) -> None:
        self._ledger = ledger
        self._metrics = metrics
        self._clock = clock

    async def reserve(self, job: Job) -> None:
        """Sets the worst case aside on every account of the token, or what they hold with the output capped to it.

        Called again where another channel implies another price, or a model that may answer at greater length: then
        what is aside becomes what that one needs. Raises GatewayError: 429 insufficient_quota, 503 when money is short
        here and the database cannot be asked; what was aside before stays so.
        """
        if not self._ledger.writable():
            raise _journal_stuck()
        accounts = job.inbound.token.accounts
        plan = self._plan(job, self._ledger.available(accounts) + job.reserved)
        if isinstance(plan, Refusal) or plan.max_output is not None:
            wanted = plan.needed if isinstance(plan, Refusal) else plan.worst
            try:
                available = await self._ledger.secure(accounts, wanted - job.reserved)
            except LedgerAway:
                raise _ledger_away() from None
            plan = self._plan(job, available + job.reserved)
            if isinstance(plan, Refusal):
                raise _refused(plan)
        more = plan.amount - job.reserved
        if more < 0:
            self._ledger.release(accounts, -more)
        elif not self._ledger.reserve(accounts, more):
            raise _refused(Refusal(needed=plan.amount, available=self._ledger.available(accounts) + job.reserved))
        job.reserved = plan.amount
        job.max_output = plan.max_output

    def _plan(self, job: Job, available: int) -> Reservation | Refusal:
        inbound = job.inbound
        rates = job.price.rates
        if inbound.expected is not None:
            return plan_fixed(rates, job.multiplier, in_priced_units(rates, inbound.expected), available)
        asked = inbound.asked_max_output
        most, default = None, _DEFAULT_MAX_OUTPUT
        if asked is None:
            most = model_facts(job.upstream_model).max_output
            default = job.snapshot.settings.get("default_max_output", default)
        return plan_reservation(
            rates, job.multiplier, inbound.input_estimate, asked, inbound.choices, most, default, available
        )

    async def affords(self, job: Job, amount: int) -> None:
        """Raises GatewayError where the job's accounts do not hold so much now. Nothing is set aside."""
        if amount <= 0:
            return
        try:
            available = await self._ledger.secure(job.inbound.token.accounts, amount)
        except LedgerAway:
            raise _ledger_away() from None
        if available < amount:
            raise _refused(Refusal(needed=amount, available=available))

    def release(self, job: Job) -> None:
        """Gives back what is aside for a job that is not to be settled."""
        if job.reserved:
            self._ledger.release(job.inbound.token.accounts, job.reserved)
            job.reserved = 0

    def settle(
        self,
        job: Job,
        ending: Ending,
        *,
        status: int = 200,
        error_code: str = "",
        usage: Usage = NO_USAGE,
        produced: int = 0,
    ) -> None:
        """Decides the charge, writes the record, gives the reservation back. Once per job: later calls do nothing.

        ``usage`` is what the upstream reported, ``produced`` the bytes of text that came from it.
        """
        if job.settled:
            return
        job.settled = True
        decision = decide(ending, usage, self._estimate(job, usage, produced))
        now = self._clock.monotonic()
        settlement = job.settlement(now, status, error_code, decision.rule, decision.usage, decision.charged)
        try:
            self._ledger.settle(job.inbound.token.accounts, job.reserved, settlement)
        except OSError as error:
            _log.error("the journal cannot be written", reason=str(error), request_id=job.inbound.id)
            raise _journal_stuck() from None
        self._metrics.settled(settlement)

    @staticmethod
    def _estimate(job: Job, usage: Usage, produced: int) -> Usage:
        """What can be said without the upstream; its own report where that says all there is to say."""
        expected = job.inbound.expected
        if expected is not None:
            return in_priced_units(job.price.rates, expected)
        if usage.input_tokens or usage.output_tokens:
            return usage
        output = estimate_output_tokens(produced)
        return Usage(input_tokens=job.inbound.input_estimate, output_tokens=output, source="estimated")


def _refused(refusal: Refusal) -> GatewayError:
    needed, available = usd_from_nano(refusal.needed), usd_from_nano(max(refusal.available, 0))
    return insufficient_quota(
        f"this request may cost up to ${needed}, and ${available} is left on the token or its user: "
        "ask for fewer tokens (max_tokens) or add money"
    )


def _journal_stuck() -> GatewayError:
    text = "the gateway cannot keep account of requests (its disk may be full); this one was not charged"
    return GatewayError(503, "server_error", "ledger_unavailable", text, retry_after=2.0)


def _ledger_away() -> GatewayError:
    text = "the gateway's database is away and the money at hand is used up; nothing was charged"
    return GatewayError(503, "server_error", "ledger_unavailable", text, retry_after=2.0)
