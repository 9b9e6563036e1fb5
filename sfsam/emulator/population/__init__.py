"""The people, licenses and log-ins of a practice org: made up, set-wise, the same for the same seed and moment."""
