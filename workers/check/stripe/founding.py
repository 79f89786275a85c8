"""Whether the platform at Stripe can serve a campus that is founded: in its currency and in its country."""

from domain.settings.settings import INVALID_SETTINGS_EXIT_CODE, AuditSettings
from workers.check.line import LineState
from workers.check.stripe.campus_lines import judge_campus
from workers.check.stripe.stripe_reader import read_settlement
from workers.commands.campus_file import CampusFile
from workers.stripe.gateway import open_stripe_gateway

ANYWAY = "--anyway"
STRIPE_SILENT_EXIT_CODE = 1  # the exit code when the file is not the cause


class NotFoundedError(Exception):
    """The campus was not founded: the platform cannot serve it (`exit_code` 2), or Stripe did not say whether (1)."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


async def require_servable(settings: AuditSettings, file: CampusFile) -> None:
    """Raise NotFoundedError unless Stripe says that the platform can serve the campus of this file."""
    client = open_stripe_gateway(settings.stripe_secret_key, settings.stripe_api_url)
    try:
        facts = await read_settlement(client)
    finally:
        await client.close()
    for line in judge_campus(file.name, file.currency, file.time_zone, facts):
        match line.state:
            case LineState.BROKEN:
                known = f"If you know better, add {ANYWAY}."
                raise NotFoundedError(f"{line.subject}: {line.sentence} {known}", INVALID_SETTINGS_EXIT_CODE)
            case LineState.NOTE:
                again = f"Nothing was founded: try again, or add {ANYWAY}."
                raise NotFoundedError(f"{line.subject}: {line.sentence} {again}", STRIPE_SILENT_EXIT_CODE)
            case LineState.WORKS:
                continue
