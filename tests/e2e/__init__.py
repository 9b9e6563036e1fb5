"""Journeys through the whole of sfsam: the real practice org, the real command line, the real files."""
