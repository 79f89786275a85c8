"""Tests with unintended input: random text, broken updates, forged taps and events, by the hundred thousand."""
