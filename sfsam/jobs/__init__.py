"""Jobs are saved by whoever asks for them and done here, one after the other."""
