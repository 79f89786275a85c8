"""Files: what is uploaded for the evidence of a dispute. Only its size and type are kept."""

import hashlib
from typing import Final

from sandbox.stripe.documents import Document
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.stripe_refusals import invalid_request
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint, new_object

PURPOSE = "dispute_evidence"
MAX_EVIDENCE_BYTES: Final = 5 * 1024 * 1024  # docs.stripe.com/file-upload; the words of the refusals are ours
_TYPES = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"%PDF": "pdf"}
UNKNOWN = "unknown"


def describe_upload(content: bytes) -> str:
    """Return type, size and digest of an uploaded file, as the parameter that stands for it."""
    kind = next((kind for beginning, kind in _TYPES.items() if content.startswith(beginning)), UNKNOWN)
    return f"{kind}:{len(content)}:{hashlib.sha256(content).hexdigest()}"


def handle_create_file(call: StripeCall) -> Document:
    """POST /v1/files: take a JPEG, PNG or PDF of at most 5 MB, for the evidence of a dispute alone."""
    world, params = call.world, call.params
    kind, size, _digest = str(params["file"]).split(":")
    if params["purpose"] != PURPOSE:
        raise invalid_request("The sandbox takes files for disputes alone.", param="purpose")
    if kind == UNKNOWN:
        raise invalid_request("File for key file is of the wrong type; must be jpg, png or pdf.", param="file")
    if int(size) > MAX_EVIDENCE_BYTES:
        raise invalid_request(f"File is larger than {MAX_EVIDENCE_BYTES} bytes.", param="file")
    file: Document = {
        **new_object(world, "file", "expires_at title url"),
        "filename": "blob",
        "links": {"data": [], "has_more": False, "object": "list", "url": "/v1/file_links"},
        "purpose": PURPOSE,
        "size": int(size),
        "type": kind,
    }
    world.save_and_record(file, "file.created")
    return file


def require_evidence_file(world: StripeWorld, file: str, name: str) -> None:
    """Raise StripeRefusal for a file that is not there."""
    if world.documents.get("file", file) is None:
        raise invalid_request(f"No such file upload: '{file}'", param=f"evidence[{name}]", code="resource_missing")


ENDPOINTS = (
    *define_reading("/v1/files", "file", "created purpose"),
    define_endpoint("POST /v1/files", "file_create", handle_create_file, "file purpose"),
)
