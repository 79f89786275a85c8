"""The commands about people: each says how it names a person, and what it does."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from bot.admin import roster
from bot.admin.people import restrictions
from bot.admin.people.addressing import PersonCommand
from domain.campuses.people import RunnerStatus
from domain.restrictions.model import RestrictionKind
from domain.support.order_sides import OrderSide

PERSON_COMMANDS: Mapping[str, PersonCommand] = MappingProxyType(
    {
        "bar": PersonCommand(
            act=partial(restrictions.propose, RestrictionKind.BAR),
            otherwise=partial(restrictions.say_usage, "bot-usage-bar"),
            order_side=OrderSide.CUSTOMER,
        ),
        "limit": PersonCommand(
            act=partial(restrictions.propose, RestrictionKind.LIMIT),
            otherwise=partial(restrictions.say_usage, "bot-usage-limit"),
            order_side=OrderSide.CUSTOMER,
        ),
        "unbar": PersonCommand(
            act=restrictions.unbar,
            otherwise=partial(restrictions.say_usage, "bot-usage-unbar"),
            order_side=OrderSide.CUSTOMER,
            needs_words=True,
        ),
        "approve": PersonCommand(
            act=roster.approve,
            otherwise=roster.list_applicants,
            order_side=OrderSide.CUSTOMER,
            statuses=frozenset({RunnerStatus.ASKED}),
        ),
        "suspend": PersonCommand(
            act=roster.suspend,
            otherwise=partial(restrictions.say_usage, "bot-usage-suspend"),
            order_side=OrderSide.RUNNER,
            needs_words=True,
            statuses=frozenset({RunnerStatus.APPROVED}),
        ),
        "unsuspend": PersonCommand(
            act=roster.unsuspend,
            otherwise=partial(restrictions.say_usage, "bot-usage-unsuspend"),
            order_side=OrderSide.RUNNER,
            statuses=frozenset({RunnerStatus.SUSPENDED}),
        ),
    }
)
