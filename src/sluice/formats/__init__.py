"""Wire protocols: framing, top-level patching, stream hygiene. Pure: bytes in, bytes out."""
