"""Journeys in a real browser, on the real app and the practice org."""
