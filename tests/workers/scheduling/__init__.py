"""Tests of the queue listener and due work."""
