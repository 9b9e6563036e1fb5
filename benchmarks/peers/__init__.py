"""The peers: unmodified clients of others, each in a process of its own, so that time and memory can be told."""
