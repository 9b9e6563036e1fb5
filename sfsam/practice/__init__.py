"""The practice org's process: started, found again, ended."""
