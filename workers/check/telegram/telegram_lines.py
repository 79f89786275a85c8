"""What the facts about a bot, its groups and its admins mean."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from workers.check.line import CheckLine, broken, note, works
from workers.check.telegram.telegram_facts import AdminFacts, BotFacts, GroupFacts, WebhookFacts

RUNNER_RIGHTS = {
    "can_invite_users": "approved runners get no link to it",
    "can_restrict_members": "suspended runners stay in it",
}


def judge_idle_bot(variable: str, facts: BotFacts) -> Iterator[CheckLine]:
    """Yield the lines about a bot whose campus is not founded; they tell people's numbers, for the campus file."""
    if facts.refusal is not None:
        yield _refused_bot(variable, variable, facts)
        return
    yield note(
        variable,
        f"@{facts.username} answers, and serves no campus yet: found it with python -m workers.campus add FILE.",
    )
    for one in facts.written_by:
        yield note(variable, f"{one.name} wrote to @{facts.username}: their Telegram number is {one.number}.")
    if not facts.written_by:
        yield note(
            variable,
            f"Write /start to @{facts.username} and check again: your Telegram number stands here then, for admins"
            " in the campus file.",
        )


def judge_bot(campus: str, variable: str, facts: BotFacts, *, address: str | None) -> Iterator[CheckLine]:
    """Yield the lines about the bot of a campus. `address` is where Telegram shall call us; None: we poll."""
    subject = f"{campus}: bot"
    if facts.refusal is not None:
        yield _refused_bot(subject, variable, facts)
        return
    if facts.can_join_groups:
        yield works(subject, f"Telegram knows it as @{facts.username}.")
    else:
        yield broken(
            subject, f"@{facts.username} may not join groups: write /setjoingroups to BotFather, and enable it."
        )
    if facts.reads_everything:
        yield note(
            subject,
            "Its privacy mode is off, so that it is sent all that is said in groups. It needs none of it: write"
            " /setprivacy to BotFather, and enable it.",
        )
    yield from _judge_webhook(f"{campus}: updates", facts.webhook, address)
    yield from _judge_runner_group(f"{campus}: runner group", facts)
    yield from _judge_admin_chat(f"{campus}: admin chat", facts)
    yield from _judge_admins(f"{campus}: admins", facts)


def _refused_bot(subject: str, variable: str, facts: BotFacts) -> CheckLine:
    if facts.is_token_refused:
        return broken(
            subject,
            f"Telegram does not know the token in {variable} ({facts.refusal}): ask BotFather for the present one with"
            " /token.",
        )
    return broken(subject, f"Nothing is known of it ({facts.refusal}): see whether this machine reaches Telegram.")


def _judge_webhook(subject: str, webhook: WebhookFacts, address: str | None) -> Iterator[CheckLine]:
    wanted = address or ""
    if webhook.url != wanted:
        yield _misdirected(subject, webhook, address)
        return
    waiting = f"{webhook.pending} updates wait"
    if webhook.last_error is not None and webhook.pending:
        yield broken(
            subject,
            f"Telegram does not reach us, and {waiting}: {_last_error(webhook)}."
            " See whether the bot runs, and its certificate.",
        )
    elif not address and webhook.pending:
        yield broken(subject, f"The bot does not ask for its updates, and {waiting}: start python -m bot.")
    elif webhook.last_error is not None:
        yield note(subject, f"All arrive. Telegram's last error: {_last_error(webhook)}.")
    else:
        yield works(subject, "Telegram sends them to us." if address else "The bot asks Telegram for them; none waits.")


def _last_error(webhook: WebhookFacts) -> str:
    at = "" if webhook.last_error_at is None else f", {webhook.last_error_at:%Y-%m-%d %H:%M} UTC"
    return f"{webhook.last_error}{at}"


def _misdirected(subject: str, webhook: WebhookFacts, address: str | None) -> CheckLine:
    if address is None:
        return broken(
            subject,
            f"Telegram sends them to {urlsplit(webhook.url).hostname}, and PUBLIC_URL is not set. The bot ends that as"
            " it starts; if this comes back, another program uses the same token.",
        )
    if not webhook.url:
        return broken(
            subject, "Telegram was not told where to send them: the bot does that when it starts. See its log."
        )
    return broken(
        subject,
        f"Telegram sends them to {urlsplit(webhook.url).hostname}, and not to PUBLIC_URL. The bot changes that when it"
        " starts; if this comes back, another program uses the same token.",
    )


def _judge_runner_group(subject: str, facts: BotFacts) -> Iterator[CheckLine]:
    if facts.runner_group is None:
        yield broken(
            subject,
            f"None is bound, so that no order is taken: an admin adds @{facts.username} to it as an administrator, and"
            " writes /bind there.",
        )
        return
    group = facts.runner_group
    lost = _lost_group(subject, group, facts.username, "/bind")
    if lost is not None:
        yield lost
        return
    missing = {right: harm for right, harm in RUNNER_RIGHTS.items() if right not in group.rights}
    for right, harm in missing.items():
        yield broken(
            subject,
            f"The bot lacks the right {right}, so that {harm}: make @{facts.username} an administrator with it.",
        )
    if not missing:
        yield works(subject, f"The bot writes in {group.title!r} and has the rights it needs.")
    yield from _judge_topic(subject, group, "/bind")


def _judge_admin_chat(subject: str, facts: BotFacts) -> Iterator[CheckLine]:
    if facts.admin_chat is None:
        yield broken(
            subject,
            f"None is bound, and nobody reads what goes wrong: add @{facts.username} to one as an administrator, and"
            " write /bind admin there.",
        )
        return
    group = facts.admin_chat
    lost = _lost_group(subject, group, facts.username, "/bind admin")
    if lost is not None:
        yield lost
        return
    yield works(subject, f"The bot writes in {group.title!r}.")
    if group.status == "member":
        yield note(subject, "The bot is no administrator there, and hears only commands and answers to what it wrote.")
    yield from _judge_topic(subject, group, "/bind admin")


def _lost_group(subject: str, group: GroupFacts, bot: str, command: str) -> CheckLine | None:
    """Return the line about a group in which the bot may not write; None where it may."""
    if group.refusal is not None:
        return broken(
            subject,
            f"Telegram says of {group.chat_id}: {group.refusal}. Add @{bot} to the right group as an administrator, and"
            f" write {command} there.",
        )
    if group.status in {"left", "kicked"}:
        return broken(
            subject, f"The bot is not in {group.chat_id} any more: add @{bot} as an administrator, and write {command}."
        )
    if not group.may_write:
        return broken(subject, f"The bot may not write in {group.title!r}: make @{bot} an administrator there.")
    return None


def _judge_topic(subject: str, group: GroupFacts, command: str) -> Iterator[CheckLine]:
    if group.topic_refusal is not None:
        yield broken(
            subject,
            f"Telegram says of topic {group.topic}: {group.topic_refusal}. Write {command} in the topic to use.",
        )
    elif group.is_forum and group.topic is None:
        yield note(
            subject, f"{group.title!r} has topics, and General is used: {command} in another topic moves it there."
        )


def _judge_admins(subject: str, facts: BotFacts) -> Iterator[CheckLine]:
    strangers = [admin for admin in facts.admins if admin.refusal is not None]
    for admin in strangers:
        yield _unreachable_admin(subject, admin, facts.username)
    if not facts.admins:
        yield broken(subject, "There is none: name one in the campus file, and add the file again.")
    elif not strangers:
        yield works(subject, f"The bot may write to {', '.join(admin.name for admin in facts.admins)}.")


def _unreachable_admin(subject: str, admin: AdminFacts, bot: str) -> CheckLine:
    return broken(
        subject,
        f"The bot may not write to {admin.name}, {admin.number} ({admin.refusal}): they write /start to @{bot}; if they"
        " did, the number in the campus file is not theirs.",
    )
