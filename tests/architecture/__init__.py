"""What holds for the whole house: its documents and its sizes."""
