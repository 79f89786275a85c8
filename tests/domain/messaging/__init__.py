"""Tests of notifications and buttons."""
