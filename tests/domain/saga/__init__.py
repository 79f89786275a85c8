"""Tests of the saga engine's data and rules."""
