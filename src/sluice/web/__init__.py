"""Where HTTP ends: dispatch, one surface per client protocol, the management API, the console."""
