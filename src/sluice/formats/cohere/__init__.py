"""Cohere's chat protocol, version 2: what its requests, answers and streams look like (wires.md 17)."""
