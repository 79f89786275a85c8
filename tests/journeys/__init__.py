"""Tests of whole orders through the real processes, over HTTP, with the faults that can happen meanwhile."""
