"""The OpenAI Chat Completions wire (and its legacy sister, completions): stream hygiene, checks, usage, errors."""
