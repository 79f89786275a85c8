"""The worker stacks as fixtures."""

from tests.stack.worker_fixtures import aged, own_aged, shared_stack, stack

__all__ = ["aged", "own_aged", "shared_stack", "stack"]
