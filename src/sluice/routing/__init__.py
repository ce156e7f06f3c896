"""Which channel a request goes to, and what to do when an attempt fails. Pure."""
