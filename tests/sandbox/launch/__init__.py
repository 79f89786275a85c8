"""Tests of the launcher: servers start, keep their data and leave no process behind."""
