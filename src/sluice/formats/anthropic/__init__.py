"""The Anthropic Messages protocol (wires.md 2)."""
