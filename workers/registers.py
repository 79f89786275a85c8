"""The registers of a worker: those of the domain, the external steps, and what each type of Stripe event does."""

from collections.abc import Callable
from types import MappingProxyType

from domain.database.registers import Registers
from domain.registers import build_registers
from workers.engine.external_step import ExternalStepHooks, ExternalStepRegister
from workers.stripe.event_types import EVENT_TYPES, StripeEventRegister
from workers.stripe.steps import EXTERNAL_STEPS

RegisterBuilder = Callable[..., Registers]  # called with the external steps that need settings, by their names


def build_worker_registers(**bound_steps: ExternalStepHooks) -> Registers:
    """Return what a worker process binds at start, with the external steps that need its settings, by their names."""
    steps = MappingProxyType({**EXTERNAL_STEPS, **bound_steps})
    return build_registers().extended(ExternalStepRegister(steps=steps), StripeEventRegister(types=EVENT_TYPES))
