"""The external step of a check that an admin asked for: the harmless part, answered in the chat that asked."""

from collections.abc import Sequence
from dataclasses import replace

from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.messaging.outbox_repository import notify
from domain.quotes import utf16_length
from domain.saga.run import SagaRun
from domain.settings.settings import WorkerSettings
from domain.settings.timeouts import Timeout
from domain.setup_check.notifications import check_continued, check_finished
from domain.setup_check.sagas import CheckSetupData
from workers.check.checking import Checked, check_everything
from workers.check.line import CheckLine, LineState
from workers.engine.external_step import CallRequest, ExternalStepHooks, StepParams, define_external_step
from workers.stripe.gateway import StripeGateway

MARKS = {LineState.BROKEN: "❌", LineState.NOTE: "ℹ️", LineState.WORKS: "✅"}  # in the order in which they are told
MAX_PART_LENGTH = 3_500  # UTF-16 units of the lines of a message; Telegram takes 4096 with the headline
MAX_SENTENCE_LENGTH = 1_000  # characters: Stripe's and Telegram's own words may be long


def define_services_check(
    settings: WorkerSettings, database: UnitOfWorkFactory, *, part_seconds: float = Timeout.CHECK_PART.seconds
) -> ExternalStepHooks:
    """Return the step for a worker with these settings. Its parameters hold no secret: they stand on the saga's row."""

    async def look(client: StripeGateway, request: CallRequest) -> Sequence[CheckLine]:
        # What Stripe does not know is a finding here, also before it said which account the key is of.
        reader = replace(client.with_reads_ranked_last(), platform_confirmed=None)
        checked = Checked(
            settings=settings, database=database, stripe=reader, part_seconds=part_seconds, has_idle_bots=False
        )
        return await check_everything(checked, request.params["campus"])

    return define_external_step(prepare=prepare_look, execute=look, record=tell_findings)


async def prepare_look(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Return the name of the campus."""
    return {"campus": (await find_campus(work, run.campus_id)).name}


async def tell_findings(work: UnitOfWork, run: SagaRun, lines: Sequence[CheckLine]) -> None:
    """Answer in the chat that asked."""
    campus, chat_id = await find_campus(work, run.campus_id), run.data_as(CheckSetupData).chat_id
    broken = sum(line.state is LineState.BROKEN for line in lines)
    first, *more = split_findings(format_findings(lines))
    await notify(work, check_finished(campus.id, chat_id, f"check:{run.id}:0", campus.title, broken, first))
    for number, part in enumerate(more, start=1):
        await notify(work, check_continued(campus.id, chat_id, f"check:{run.id}:{number}", part))


def format_findings(lines: Sequence[CheckLine]) -> list[str]:
    """Return the lines as they are shown: first what does not work, then notes, and what works by its name alone."""
    told = [
        f"{MARKS[state]} {line.subject}: {line.sentence[:MAX_SENTENCE_LENGTH]}"
        for state in (LineState.BROKEN, LineState.NOTE)
        for line in lines
        if line.state is state
    ]
    working = dict.fromkeys(line.subject for line in lines if line.state is LineState.WORKS)
    return [*told, f"{MARKS[LineState.WORKS]} {', '.join(working)}"] if working else told


def split_findings(lines: Sequence[str]) -> list[str]:
    """Return the lines in parts that fit a message each; no line is as long as a part."""
    parts: list[str] = []
    for line in lines:
        longer = f"{parts[-1]}\n{line}" if parts else line
        if parts and utf16_length(longer) <= MAX_PART_LENGTH:
            parts[-1] = longer
        else:
            parts.append(line)
    return parts
