"""The app as an ASGI application, and the loopback route on which the command line asks it."""
