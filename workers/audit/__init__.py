"""The invariants of money and sagas, and what they read."""
