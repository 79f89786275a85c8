"""What it means when an object that an order needs could be made at Stripe, or could not."""

from collections.abc import Iterator, Sequence

from workers.check.line import CheckLine, broken, note, works
from workers.check.stripe.stripe_reader import describe_failure
from workers.engine.call_failures import Refused
from workers.stripe.platform.trial_objects import Trial, TrialResult

DASHBOARD = "https://dashboard.stripe.com"
WHAT_TO_DO = {
    Trial.ACCOUNT: f"Finish the platform profile at {DASHBOARD}/connect, and ask there for the approval that it names.",
    Trial.LINK: f"See the settings of Connect at {DASHBOARD}/settings/connect.",
    Trial.CHECKOUT: f"See {DASHBOARD}/settings/payment_methods.",
    Trial.HOLD: f"See whether payments are active at {DASHBOARD}/account/onboarding.",
}


def judge_trials(campus: str, results: Sequence[TrialResult]) -> Iterator[CheckLine]:
    """Yield a line for each object that was made for a campus and deleted again, or could not be."""
    for result in results:
        subject = f"{campus}: {result.trial.value}"
        if result.failure is not None:
            why = describe_failure(result.failure).why
            advice = f" {WHAT_TO_DO[result.trial]}" if isinstance(result.failure, Refused) else ""
            yield broken(subject, f"It could not be made: {why}{advice}")
        elif result.left is not None:
            yield note(subject, f"It was made, and could not be deleted again: {result.left}.")
        else:
            yield works(subject, "It was made, and deleted again.")


def judge_untried(*, is_live: bool) -> CheckLine:
    """Return the line about objects that were not made."""
    why = "A live key makes no test objects" if is_live else "Only python -m workers.check makes test objects"
    return note(
        "stripe: test objects",
        f"{why}: whether Stripe approves of runners' accounts is known from the same check with a test key.",
    )
