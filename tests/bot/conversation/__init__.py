"""Tests of what every conversation shares."""
