"""See docs/why.md, the house."""
