"""Usage, prices, reservations and settlements as exact integer arithmetic. Pure."""
