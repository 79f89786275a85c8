"""Tests of the chat page: its little server, and what a person sees and does in a browser."""
