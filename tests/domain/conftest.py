"""The number of examples of the property tests: enough to find a bug, few enough to run with every change."""

from hypothesis import settings

settings.register_profile("modest", max_examples=60, deadline=None)
settings.load_profile("modest")
