"""Side-by-side measurements: ours and others' on the same practice org, in one run."""
