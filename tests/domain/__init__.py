"""Tests of the domain, by examples and by properties."""
