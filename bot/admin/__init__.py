"""The handlers of an admin's commands, taps and messages."""
