"""Tests of what admins do in the chat."""
