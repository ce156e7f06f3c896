"""Money is an integer number of nano-dollars (1e-9 USD). Nothing here is ever a float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

Nano = int
"""Nano-dollars; negative where an account is overdrawn or an entry takes money away."""

NANO_PER_USD = 1_000_000_000
NANO_PER_QUOTA_UNIT = 2_000
"""One API's quota unit: 500,000 units to the dollar."""
MAX_NANO = 2**63 - 1


def nano_from_usd(amount: str | int | Decimal) -> Nano:
    """Exact nano-dollars of a dollar amount. Raises ValueError on floats, NaN, overflow, or finer than 1e-9."""
    if isinstance(amount, float):
        raise ValueError("money must not pass through a float")
    try:
        value = Decimal(amount)
    except (InvalidOperation, TypeError):
        raise ValueError(f"not an amount of dollars: {amount!r}") from None
    if not value.is_finite():
        raise ValueError("an amount of dollars must be finite")
    if abs(value) >= Decimal(MAX_NANO) / NANO_PER_USD:
        raise ValueError("an amount of dollars must be below 9.2 billion")
    sign, digits, exponent = (value.normalize()).as_tuple()
    assert isinstance(exponent, int)
    if exponent < -9:
        raise ValueError("an amount of dollars may have at most nine decimals")
    magnitude = int("".join(map(str, digits))) * int(10 ** (exponent + 9))
    return -magnitude if sign else magnitude


def usd_from_nano(amount: Nano) -> str:
    """The dollars of an amount as a plain decimal string, exact, at least two decimals: ``200.00``, ``0.000000150``."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), NANO_PER_USD)
    decimals = f"{rest:09d}"
    while len(decimals) > 2 and decimals.endswith("0"):
        decimals = decimals[:-1]
    return f"{sign}{whole}.{decimals}"
