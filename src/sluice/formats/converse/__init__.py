"""The Converse protocol: what requests, answers and streams of AWS Bedrock look like (wires.md 6)."""
