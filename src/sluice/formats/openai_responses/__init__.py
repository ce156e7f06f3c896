"""The OpenAI Responses protocol (wires.md 1.11)."""
