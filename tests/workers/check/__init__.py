"""Tests of the check before the first order."""
