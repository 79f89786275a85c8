"""Tests of updates and events at the wire."""
