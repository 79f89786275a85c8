"""Tests of what customers do in the chat."""
