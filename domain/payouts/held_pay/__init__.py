"""Pay that waits: why and until when, and its release when its time has passed."""
