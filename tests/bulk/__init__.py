"""Campaigns over real repositories that the tests make."""
