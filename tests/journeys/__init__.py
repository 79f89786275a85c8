"""Whole orders through the real processes, over the wire, with whatever can go wrong on the way."""
