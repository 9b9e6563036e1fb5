"""The parts of the set-up pages."""
