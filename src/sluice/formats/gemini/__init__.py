"""Google's generateContent protocol (wires.md 3)."""
