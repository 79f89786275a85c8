"""Storage of all objects of the sandbox: in memory, and in one SQLite file when a folder is given."""

import heapq
import json
import secrets
import string
from pathlib import Path
from typing import Any

from sandbox.server.state_file import open_state_file

# A Stripe object as JSON. Stripe defines its fields, so their types are not declared here.
# Keys that start with an underscore are private to the sandbox and never appear in an answer.
Document = dict[str, Any]

DUE_FIELD = "_due"  # unix seconds at which this document changes without a request
ID_CHARACTERS = string.ascii_letters + string.digits
ID_PREFIXES = {
    "account": "acct_",
    "balance_transaction": "txn_",
    "bank_account": "ba_",
    "card_token": "tok_",
    "charge": "ch_",
    "checkout.session": "cs_test_",
    "customer": "cus_",
    "dispute": "du_",
    "event": "evt_",
    "file": "file_",
    "payment": "py_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "payment_refund": "pyr_",
    "payout": "po_",
    "radar.early_fraud_warning": "issfr_",
    "refund": "re_",
    "request": "req_",
    "setup_intent": "seti_",
    "topup": "tu_",
    "transfer": "tr_",
    "transfer_reversal": "trr_",
}
SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id))
"""


def new_id(kind: str) -> str:
    """Return a new random id with Stripe's prefix for that kind of object."""
    length = 58 if kind == "checkout.session" else 24
    return ID_PREFIXES[kind] + "".join(secrets.choice(ID_CHARACTERS) for _ in range(length))


def without_private_fields(document: Document) -> Document:
    """Return a copy of the document without the keys that are private to the sandbox."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


class DocumentStore:
    """Stores objects by kind and id, in order of creation."""

    def __init__(self, folder: Path | None) -> None:
        """Open the folder's file and load all objects; without a folder nothing is written to disk."""
        self._documents_by_kind: dict[str, dict[str, Document]] = {}
        self._changed: dict[tuple[str, str], Document | None] = {}  # None: removed
        self._due_heap: list[tuple[int, str, str]] = []  # (due time, kind, id)
        self._database = open_state_file(folder, "stripe.sqlite3", SCHEMA)
        if self._database is not None:
            for kind, body in self._database.execute("SELECT kind, body FROM document ORDER BY seq"):
                self._put_in_memory(kind, json.loads(body))

    def get(self, kind: str, id_: str) -> Document | None:
        return self._documents_by_kind.get(kind, {}).get(id_)

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of which there were objects."""
        return tuple(self._documents_by_kind)

    def all_of(self, kind: str) -> dict[str, Document]:
        """Return all objects of a kind by id, oldest first."""
        return self._documents_by_kind.setdefault(kind, {})

    def put(self, kind: str, document: Document) -> Document:
        """Insert or replace an object; the next commit writes it to disk."""
        self._put_in_memory(kind, document)
        self._changed[kind, document["id"]] = document
        return document

    def remove(self, kind: str, id_: str) -> None:
        """Delete an object; the next commit deletes it on disk."""
        self.all_of(kind).pop(id_, None)
        self._changed[kind, id_] = None

    def pop_due(self, now: int) -> tuple[str, Document] | None:
        """Remove the due time of one document that is due by `now`, and return its kind and the document; else None."""
        while self._due_heap and self._due_heap[0][0] <= now:
            due_at, kind, id_ = heapq.heappop(self._due_heap)
            document = self.get(kind, id_)
            if document is not None and document.get(DUE_FIELD) == due_at:
                del document[DUE_FIELD]
                self.put(kind, document)
                return kind, document
        return None

    def commit(self) -> None:
        """Write all changes since the last commit in one transaction."""
        if self._database is not None and self._changed:
            self._database.execute("BEGIN")
            for (kind, id_), document in self._changed.items():
                if document is None:
                    self._database.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, id_))
                else:
                    self._database.execute(
                        "INSERT INTO document (kind, id, body) VALUES (?, ?, ?)"
                        " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                        (kind, id_, json.dumps(document)),
                    )
            self._database.execute("COMMIT")
        self._changed.clear()

    def close(self) -> None:
        """Commit and close the file."""
        self.commit()
        if self._database is not None:
            self._database.close()

    def _put_in_memory(self, kind: str, document: Document) -> None:
        self.all_of(kind)[document["id"]] = document
        if DUE_FIELD in document:
            heapq.heappush(self._due_heap, (document[DUE_FIELD], kind, document["id"]))
