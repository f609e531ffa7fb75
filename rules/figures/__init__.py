"""Figures that an office must publish: indicators, statutory reports, officers, and how they were reckoned."""
