"""Tests of the parts for people without accounts."""
