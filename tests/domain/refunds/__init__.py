"""Tests of refunds and disputes."""
