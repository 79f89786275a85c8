"""One seeded fault as data: a small wrong edit of the product and the tests that must catch it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededFault:
    """A wrong edit that an engineer could make: `before` becomes `after`.

    `before` occurs exactly once in the product. It is found by its text, so that a file may be moved.
    """

    name: str
    area: str
    claim: str  # what the product promises, and breaks with this edit
    before: str
    after: str
    tests: tuple[str, ...]  # paths of pytest; at least one of them fails with the edit, and all pass without it
