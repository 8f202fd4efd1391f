"""Attacks: what deflask promises, under faults and against hostile sources."""
