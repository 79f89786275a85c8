"""Tests of the room of restrictions."""
