"""Fakes with visible memory, one per port."""
