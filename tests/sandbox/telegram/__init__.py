"""Tests of the Telegram stand-in, over HTTP."""
