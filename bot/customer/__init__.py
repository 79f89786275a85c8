"""The handlers of a customer's commands, taps and messages."""
