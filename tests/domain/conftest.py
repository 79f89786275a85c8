"""How much the property tests try: enough to find a hole, little enough to run them with every change."""

from hypothesis import settings

settings.register_profile("modest", max_examples=60, deadline=None)
settings.load_profile("modest")
