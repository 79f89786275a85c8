"""What a runner says and taps."""
