"""Hostile bytes for every reader: each input ends in a result or in a clear error."""
