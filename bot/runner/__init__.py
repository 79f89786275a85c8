"""The handlers of a runner's taps and messages."""
