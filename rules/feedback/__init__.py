"""Feedback cases (phản ánh, kiến nghị): facts of a log in columns, rules about them, and the figures of an office."""
