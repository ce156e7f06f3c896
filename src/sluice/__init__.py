"""Sluice: one address, one key, every large language model; each request metered exactly."""

__version__ = "0.1.0"
