"""What a customer says and taps."""
