"""Tests of order messages."""
