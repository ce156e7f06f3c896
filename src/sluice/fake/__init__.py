"""The fake provider: an upstream that speaks every wire Sluice speaks, for trying, testing and measuring.

It is written apart from the formats room on purpose: a second reading of the wires, to check the first one against.
"""
