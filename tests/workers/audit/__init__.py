"""Tests of the invariants and the audit."""
