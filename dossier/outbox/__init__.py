"""What leaves the house after a step: notices, the public feed, the national record; see `docs/outbox.md`."""
