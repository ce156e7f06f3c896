"""Metrics and logs: they receive events and know nobody above."""
