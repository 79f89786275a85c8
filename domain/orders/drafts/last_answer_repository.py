"""The last answer of a person in Postgres: it says what a changed message, or the rest of an album, belongs to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.orders.drafts.draft import ConversationState, PendingInput
from domain.orders.drafts.tables import last_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """A message, the pending input it answered, and the draft before and after it."""

    campus_id: int
    person_id: int
    chat_id: int
    message_id: int
    typed: str = ""  # empty for a PIN, which is written nowhere else than where it is compared
    pending_input: PendingInput | None = None
    subject: int | None = None
    detail: str | None = None
    album: str | None = None  # Telegram's id of the album that it is the first photo of
    photos: int = 1  # of the album, so far
    refused: bool = False
    draft_version: int | None = None  # after the answer; None without a draft
    draft_before: Mapping[str, Any] = field(default_factory=dict)  # the columns that the answer changed

    @property
    def conversation_state(self) -> ConversationState | None:
        """What the bot waited for when the answer came."""
        if self.pending_input is None:
            return None
        return ConversationState(pending_input=self.pending_input, subject=self.subject, detail=self.detail)


async def keep_last_answer(work: UnitOfWork, answer: LastAnswer) -> None:
    """Keep this answer in place of the person's former one."""
    values = asdict(answer) | {"answered_at": func.now()}
    statement = insert(last_answer).values(values)
    key = ["campus_id", "person_id"]
    await work.connection.execute(statement.on_conflict_do_update(index_elements=key, set_=values))


async def find_last_answer(work: UnitOfWork, campus_id: int, person_id: int) -> LastAnswer | None:
    """Return the person's last answer on this campus, if there was one."""
    mine = (last_answer.c.campus_id == campus_id, last_answer.c.person_id == person_id)
    query = select(*(last_answer.c[name] for name in LastAnswer.__slots__)).where(*mine)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    asked = None if row["pending_input"] is None else PendingInput(row["pending_input"])
    return LastAnswer(**{**row, "pending_input": asked})


async def count_photo_of_album(work: UnitOfWork, answer: LastAnswer) -> None:
    """Count one more photo of the album of this answer."""
    mine = (last_answer.c.campus_id == answer.campus_id, last_answer.c.person_id == answer.person_id)
    await work.connection.execute(update(last_answer).where(*mine).values(photos=last_answer.c.photos + 1))
