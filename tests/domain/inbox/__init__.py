"""Tests of dead letters and stored events."""
