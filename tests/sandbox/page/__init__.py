"""Tests of the chat page: its server, and what a person sees and does in a browser."""
