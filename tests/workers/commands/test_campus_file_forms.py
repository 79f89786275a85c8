"""What editors and systems put into campus files: a byte order mark, zones of one machine, names that show nothing."""

import pytest
from sqlalchemy import text

from tests.stack.worker_stack import WorkerStack
from tests.workers.commands.test_campus_file import SMALL_FILE, changed_file, file_errors
from workers.commands.campus_file import known_time_zones, parse_campus_file


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    assert parse_campus_file(f"\ufeff{SMALL_FILE}") == parse_campus_file(SMALL_FILE)


@pytest.mark.parametrize("name", ["localtime", "posix/Asia/Singapore", "right/UTC", "posixrules", "Factory"])
def test_a_zone_that_postgres_may_not_know_is_refused(name: str) -> None:
    (said,) = file_errors('"Asia/Singapore"', f'"{name}"')
    assert said.startswith(f'time_zone: "{name}" is no time zone')


async def test_postgres_knows_every_zone_that_a_file_may_name(stack: WorkerStack) -> None:
    async with stack.database() as work:
        names = (await work.connection.execute(text("SELECT name FROM pg_timezone_names"))).scalars()
        assert known_time_zones() - set(names) == set()


def test_a_name_that_shows_nothing_is_no_name() -> None:
    (said,) = file_errors('name = "Koufu"', 'name = "\u3164"')
    assert said.startswith("stores[0].name: ")


def test_names_are_composed() -> None:
    assert changed_file('name = "Koufu"', 'name = "Cafe\u0301"').stores[0].name == "Caf\u00e9"


def test_two_stores_whose_names_look_the_same_are_one_too_many() -> None:
    stores = SMALL_FILE.count("[[stores]]")
    (said,) = file_errors("[[drop_points]]", '[[stores]]\nname = "ＫＯＵＦＵ"\n[[drop_points]]')
    assert said == f'stores[{stores}].name: "ＫＯＵＦＵ" is there already, as stores[0]' or "is there already" in said
