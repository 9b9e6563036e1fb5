"""The only code that knows DuckDB: one file, owned by one process, with many readers and one writer in it."""
