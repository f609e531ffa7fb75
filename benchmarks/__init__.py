"""Measurements against named peers; ratios, never timed assertions."""
