"""Creation of the accounts and groups of a stack's campuses in the Telegram stand-in."""

import json
from collections.abc import Iterable, Mapping
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from sandbox.launch.campuses import Campus, PersonAccount
from sandbox.launch.processes import LaunchError

REQUEST_TIMEOUT_SECONDS = 10.0


def create_accounts(telegram_url: str, campuses: Iterable[Campus], customers: Iterable[PersonAccount]) -> None:
    """Create the bots, groups and people; existing ones do not change."""
    for campus in campuses:
        username = campus.bot.removeprefix("@")
        post_control_request(
            telegram_url, "bots", {"token": campus.bot_token, "username": username, "name": campus.bot_name}
        )
        create_people(telegram_url, (campus.admin, *campus.runners))
        members = {campus.runner_group: [one.id for one in (*campus.runners, campus.admin)]}
        for group, title in campus.group_titles.items():
            body = {"id": group, "title": title, "members": members.get(group, [campus.admin.id]), "bots": [username]}
            # a bot must be an admin to create invite links
            post_control_request(telegram_url, "groups", body | {"admins": [campus.admin.id, username]})
    create_people(telegram_url, customers)


def create_people(telegram_url: str, people: Iterable[PersonAccount]) -> None:
    """Create the accounts of people."""
    for person in people:
        post_control_request(telegram_url, "users", {"id": person.id, "first_name": person.first_name})


def write_first_message(telegram_url: str, person: PersonAccount, chat: str | int, text: str) -> None:
    """Write a message as a person into an empty chat (a bot's @username or a group's id); else do nothing."""
    query = urlencode({"chat": chat, "user": person.id})
    with urlopen(f"{telegram_url}/sim/messages?{query}", timeout=REQUEST_TIMEOUT_SECONDS) as answer:
        messages = json.load(answer)
    if not messages:
        post_control_request(telegram_url, "messages", {"from": person.id, "chat": chat, "text": text})


def post_control_request(telegram_url: str, path: str, body: Mapping[str, object]) -> None:
    """Send a request to the control API; raise LaunchError with its answer when it is refused."""
    url = f"{telegram_url}/sim/{path}"
    request = Request(url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=REQUEST_TIMEOUT_SECONDS) as answer:
            answer.read()
    except HTTPError as refusal:
        with refusal:
            raise LaunchError(f"{url} refused {dict(body)}: {refusal.read().decode(errors='replace')}") from None
