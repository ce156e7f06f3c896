"""Words every room uses: money, errors, formats, clocks. Pure; imports nothing of Sluice."""
