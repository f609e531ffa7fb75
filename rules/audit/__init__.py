"""Audit sampling: a frozen frame, a draw that anybody can repeat, and a conclusion that claims no more than it may."""
