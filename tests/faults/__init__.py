"""What the service survives: real processes on loopback, seeded faults, and a judge. See __main__.py."""
