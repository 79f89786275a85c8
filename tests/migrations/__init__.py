"""Tests of the migrations, also from the former release."""
