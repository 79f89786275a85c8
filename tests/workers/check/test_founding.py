"""Founding a campus that the platform at Stripe cannot serve is refused in words; changing one asks nobody."""

from pathlib import Path

import pytest

from tests.stack.command_line import run_command
from tests.stack.shared_servers import PROJECT
from tests.workers.check.check_stack import CheckStack
from workers.check.stripe.campus_lines import countries_of
from workers.commands.campus import main

EXAMPLE = PROJECT / "sandbox" / "launch" / "campus.toml"


async def add_campus(stack: CheckStack, file: Path, *options: str) -> tuple[int, str, str]:
    """Run `python -m workers.campus add` with Stripe's key; return its exit status, and what it printed."""
    ended = await run_command(main, ["add", *options, str(file)], dict(stack.environment))
    return ended.status, ended.stdout, ended.stderr


def write_campus(folder: Path, name: str, **changes: str) -> Path:
    """Write the example as another campus."""
    text = EXAMPLE.read_text().replace('name = "north"', f'name = "{name}"')
    for old, new in changes.items():
        text = text.replace({"currency": "sgd", "time_zone": "Asia/Singapore"}[old], new)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


async def test_a_currency_that_would_be_converted_is_refused_and_nothing_is_written(
    stack: CheckStack, tmp_path: Path
) -> None:
    file = write_campus(tmp_path, "west", currency="eur")
    code, said, wrong = await add_campus(stack, file)
    assert (code, said) == (2, "")
    assert wrong.startswith(f"{file}: west: currency: The platform receives SGD, and would get EUR converted")
    assert [line.subject for line in await stack.check() if line.subject.startswith("west")] == []


async def test_a_country_that_is_not_the_platforms_is_refused_unless_one_knows_better(
    stack: CheckStack, tmp_path: Path
) -> None:
    file = write_campus(tmp_path, "east", time_zone="Europe/Berlin")
    code, _, wrong = await add_campus(stack, file)
    assert code == 2
    assert "Europe/Berlin is in DE" in wrong
    assert "the platform in SG" in wrong
    code, said, wrong = await add_campus(stack, file, "--anyway")
    assert (code, wrong) == (0, "")
    assert "(east) is founded" in said


async def test_a_stripe_that_says_nothing_founds_nothing_but_changes_what_is_founded(
    stack: CheckStack, tmp_path: Path
) -> None:
    await stack.stripe.inject_fault("GET /v1/account", "status", status=503, times=2)
    await stack.stripe.inject_fault("GET /v1/balance", "status", status=503, times=2)
    code, said, wrong = await add_campus(stack, write_campus(tmp_path, "mute"))
    assert (code, said) == (1, "")
    assert "Whether the platform receives SGD is not known" in wrong
    assert "Nothing was founded: try again" in wrong
    code, said, _ = await add_campus(stack, write_campus(tmp_path, "north"))
    assert (code, said.splitlines()[0].split(";")[0]) == (0, "North Campus (north) is up to date")


@pytest.mark.parametrize(
    ("zone", "countries"),
    [("Asia/Singapore", "SG"), ("Europe/Amsterdam", "NL"), ("America/New_York", "US"), ("UTC", None), ("Moon", None)],
)
def test_a_time_zone_tells_its_countries(zone: str, countries: str | None) -> None:
    assert countries_of(zone) == (frozenset({countries}) if countries else frozenset())
