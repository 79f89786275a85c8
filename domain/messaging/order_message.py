"""The kinds of order messages."""

from enum import StrEnum


class OrderMessageKind(StrEnum):
    CUSTOMER = "customer"
    RUNNER = "runner"
    GROUP = "group"  # in the campus' runner group: all runners read it
