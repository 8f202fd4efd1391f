"""Attacks on deflask: generated programs, every file at hand, and the linters' opinion of what it writes."""
