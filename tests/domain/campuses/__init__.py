"""Tests of campuses and their members."""
