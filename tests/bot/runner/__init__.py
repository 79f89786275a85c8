"""Tests of what runners do in the chat."""
