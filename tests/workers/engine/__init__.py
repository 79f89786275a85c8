"""Tests of the saga engine with workers that follow a script."""
