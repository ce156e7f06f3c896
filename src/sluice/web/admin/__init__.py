"""The management API: what the console, scripts and people with a management token use to run Sluice."""
