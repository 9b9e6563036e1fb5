"""The wire half of the practice org: HTTP, OAuth, REST, Bulk API 2.0, the side door and TLS."""
