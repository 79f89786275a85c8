"""What an admin says and taps."""
