"""Secrets at rest: sealing, and the keys that seal."""
