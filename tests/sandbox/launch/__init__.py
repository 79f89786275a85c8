"""Tests of the launcher: servers that start, keep their data and leave nobody behind."""
