"""The number of examples of the property tests: enough to find a bug, few enough to run with every change."""

from hypothesis import settings

from tests.stack.worker_fixtures import aged, own_aged, shared_stack, stack

__all__ = ["aged", "own_aged", "shared_stack", "stack"]

settings.register_profile("modest", max_examples=60, deadline=None)
settings.load_profile("modest")
