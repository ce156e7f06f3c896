"""The one seam to the network: sending requests to upstreams, minting their credentials, guarding addresses."""
