"""One request's way through Sluice: admit, plan, reserve, attempt, pump, settle."""
