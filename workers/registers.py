"""The registers of a worker: those of the domain, the external steps, and what each type of Stripe event does."""

from domain.database.registers import Registers
from domain.registers import build_registers
from workers.engine.external_step import ExternalStepRegister
from workers.stripe.event_types import EVENT_TYPES, StripeEventRegister
from workers.stripe.steps import EXTERNAL_STEPS


def build_worker_registers() -> Registers:
    """Return what a worker process binds at start."""
    return build_registers().extended(
        ExternalStepRegister(steps=EXTERNAL_STEPS), StripeEventRegister(types=EVENT_TYPES)
    )
