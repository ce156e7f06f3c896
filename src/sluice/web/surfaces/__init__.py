"""One module per client protocol: reads a request into an Inbound, speaks errors in the client's words."""
