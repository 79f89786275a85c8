"""Campus files: what they may contain, and one clear sentence with its place for each error."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.campuses.windows import Windows
from tests.fuzz.fuzz_depth import iterations
from workers.commands.campus_file import (
    CampusFile,
    CampusFileError,
    Dish,
    ListedDropPoint,
    NamedPerson,
    parse_campus_file,
)

EXAMPLE = (Path(__file__).parents[3] / "sandbox" / "launch" / "campus.toml").read_text(encoding="utf-8")
SMALL_FILE = """
name = "north"
title = "North Campus"
currency = "sgd"
time_zone = "Asia/Singapore"
admins = [{ id = 3001, name = "Sam" }]
[fees]
service_fee = "0.80"
platform_basis_points = 1000
headroom_basis_points = 2000
headroom_least = "1.00"
headroom_most = "5.00"
delivery_fee_least = "0.50"
delivery_fee_most = "20.00"
order_most = "200.00"
fee_suggestions = ["1.50"]
[windows]
unclaimed = "30 min"
[[stores]]
name = "Koufu"
menu = [{ name = "Laksa", price = "5.50" }, { name = "Kopi", price = "1.40" }]
[[stores]]
name = "Night Owl"
hours = { fri = "18:00-02:00" }
[[drop_points]]
building = "Library"
spot = "lobby"
"""


def file_errors(old: str = "", new: str = "") -> tuple[str, ...]:
    """The errors of the small file with one change."""
    assert old in SMALL_FILE
    with pytest.raises(CampusFileError) as refused:
        parse_campus_file(SMALL_FILE.replace(old, new, 1))
    return refused.value.errors


def changed_file(old: str, new: str) -> CampusFile:
    """The small file with one change."""
    assert old in SMALL_FILE
    return parse_campus_file(SMALL_FILE.replace(old, new, 1))


def test_the_example_in_the_repository_is_a_whole_campus() -> None:
    campus = parse_campus_file(EXAMPLE)
    assert (campus.name, campus.currency, campus.time_zone) == ("north", "sgd", "Asia/Singapore")
    assert (campus.runner_group, campus.admin_chat) == (None, None), "whose groups would these be?"
    assert [person.name for person in (*campus.admins, *campus.runners)] == ["Sam", "Ana", "Ben"]
    assert len(campus.stores) == 3
    assert all(store.menu for store in campus.stores)
    assert len(campus.drop_points) == 5
    assert campus.fee_suggestions == (150, 200, 300)
    assert (campus.fees.service_fee, campus.fees.platform_basis_points) == (80, 1_000)
    fees = campus.fees
    assert (fees.headroom_basis_points, fees.headroom_least, fees.headroom_most) == (2_000, 100, 500)
    assert (fees.delivery_fee_least, fees.delivery_fee_most, fees.order_most) == (50, 2_000, 20_000)
    assert campus.hours == {}
    assert (campus.invite_code, campus.open_to_all) == ("north-2026", False)


def test_a_small_file_is_enough_and_the_rest_is_what_campusg_says() -> None:
    campus = parse_campus_file(SMALL_FILE)
    assert campus.admins == (NamedPerson(id=3001, name="Sam"),)
    assert (campus.runner_group, campus.runners, campus.open_jobs) == (None, (), 1)
    assert campus.stores[0].menu == (Dish(name="Laksa", price=550), Dish(name="Kopi", price=140))
    assert campus.stores[1].hours == {"fri": ("18:00", "02:00")}
    assert campus.drop_points == (ListedDropPoint(building="Library", spot="lobby"),)
    assert campus.windows == {"unclaimed": 1800}
    assert (campus.invite_code, campus.open_to_all) == (None, False)


def test_one_line_of_the_file_says_who_may_order() -> None:
    assert changed_file("[fees]", "open_to_all = true\n[fees]").open_to_all
    assert changed_file("[fees]", 'invite_code = "Hall-3"\n[fees]').invite_code == "Hall-3"


def test_receipts_are_sent_unless_the_file_says_no() -> None:
    assert changed_file("[fees]", "[fees]").receipts
    assert not changed_file("[fees]", "receipts = false\n[fees]").receipts


@pytest.mark.parametrize(
    ("written", "minor"), [('"5.50"', 550), ('"5,5"', 550), ('"S$5.50"', 550), ("5.50", 550), ("5.5", 550), ("5", 500)]
)
def test_amounts_are_written_as_people_do_and_never_become_floats(written: str, minor: int) -> None:
    assert changed_file('"5.50"', written).stores[0].menu[0].price == minor


def test_windows_of_a_file_for_an_earlier_release_are_read_by_their_present_names() -> None:
    former = 'sign_of_life = "9 min"\nanswer = "5 min"\nbought_silence = "25 min"\nunclaimed = "30 min"'
    windows = changed_file('unclaimed = "30 min"', former).windows
    assert windows == {
        "unclaimed": 1800,
        "runner_check_in": 540,
        "check_in_answer": 300,
        "runner_check_in_bought": 1500,
    }


@pytest.mark.parametrize(
    ("written", "seconds"),
    [('"30m"', 1800), ('"15 min"', 900), ('"90s"', 90), ('"1h"', 3600), ('"1h 30m"', 5400), ("45", 45)],
)
def test_lengths_of_time_are_written_as_people_do(written: str, seconds: int) -> None:
    assert Windows(**changed_file('"30 min"', written).windows).unclaimed == seconds


@pytest.mark.parametrize("written", ['"08:00-20:00"', '"08:00 – 20:00"', '["08:00", "20:00"]'])
def test_hours_are_written_as_people_do(written: str) -> None:
    assert changed_file('"18:00-02:00"', written).stores[1].hours == {"fri": ("08:00", "20:00")}


def test_always_open_is_said_so() -> None:
    assert changed_file('{ fri = "18:00-02:00" }', '"always"').stores[1].hours == {}


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('"5.50"', '"4.5x"', 'stores[0].menu[0].price: "4.5x" is no amount; write it like 4.50'),
        ('"1.40"', '"0"', 'stores[0].menu[1].price: "0" is too little; at least 0.01'),
        ('"5.50"', "true", "stores[0].menu[0].price: true is no amount; write it like 4.50"),
        ('"5.50"', "1e3", "stores[0].menu[0].price: 1E+3 is no amount; write it like 4.50"),
        ('"5.50"', "nan", "stores[0].menu[0].price: NaN is no amount; write it like 4.50"),
        ('"5.50"', "-5.50", "stores[0].menu[0].price: -5.50 is no amount; write it like 4.50"),
        ('"5.50"', "5.505", "stores[0].menu[0].price: 5.505 is no amount; write it like 4.50"),
        ('"5.50"', '["5.50"]', 'stores[0].menu[0].price: ["5.50"] is no amount; write it like 4.50'),
        (', price = "5.50"', "", "stores[0].menu[0].price: is missing"),
        ('name = "Laksa", ', "", "stores[0].menu[0].name: is missing"),
        ('"Laksa"', '""', 'stores[0].menu[0].name: "" is no line of 1 to 60 letters'),
        ('"Laksa"', '"a\\nb"', 'stores[0].menu[0].name: "a\\nb" is no line of 1 to 60 letters'),
        ('"Laksa"', "7", 'stores[0].menu[0].name: 7 is no text; write it in quotes, like "this"'),
        ('"Kopi"', '"LAKSA"', 'stores[0].menu[1]: "LAKSA" is there already, as menu[0]'),
        ('"Night Owl"', '"koufu"', 'stores[1]: "koufu" is there already, as stores[0]'),
        ('menu = [{ name = "Laksa", price = "5.50" }, { name = "Kopi", price = "1.40" }]', "menu = 7",
         "stores[0].menu: 7 is no list; write it in [ ]"),
        ('{ name = "Laksa", price = "5.50" }', '"Laksa"',
         'stores[0].menu[0]: "Laksa" is no table; write it like { name = "Laksa", price = "5.50" }'),
        ("currency =", "zzz = 1\ncurrency =", "zzz: is unknown; known here: "),
        ('name = "north"', "", "name: is missing"),
        ('"north"', '"North Campus"', 'name: "North Campus" must be 2 to 31 small letters, digits or _'),
        ('"North Campus"', f'"{"N" * 61}"', f'title: "{"N" * 58}… is no line of 1 to 60 letters'),
        ('"sgd"', '"SGD"', 'currency: "SGD" must be three small letters, like sgd'),
        ('"sgd"', '"zzz"', 'currency: "zzz" is no currency of ISO 4217'),
        ('"Asia/Singapore"', '"Asia/Singapur"', 'time_zone: "Asia/Singapur" is no time zone; write it like'),
        ('"Asia/Singapore"', '"../etc/passwd"', 'time_zone: "../etc/passwd" is no time zone'),
        ("id = 3001", 'id = "3001"', 'admins[0].id: "3001" is no whole number from 1 to'),
        ("id = 3001", "id = -3001", "admins[0].id: -3001 is no whole number from 1 to"),
        ("{ id = 3001, name", "{ name", "admins[0].id: is missing"),
        (', name = "Sam"', "", "admins[0].name: is missing"),
        ('{ id = 3001, name = "Sam" }', "3001",
         'admins[0]: 3001 is no table; write it like { id = 123456789, name = "Sam" }'),
        ('[{ id = 3001, name = "Sam" }]', "[]", "admins: names nobody; an admin approves runners"),
        ('admins = [{ id = 3001, name = "Sam" }]', "", "admins: names nobody; an admin approves runners"),
        ('"Sam" }]', '"Sam" }, { id = 3001, name = "Sam" }]', 'admins[1]: 3001 is there already, as admins[0]'),
        ("[fees]", "runner_group = 12\n[fees]", "runner_group: 12 is no group; Telegram's group numbers are like -100"),
        ("[fees]", "runner_group = -1\nadmin_chat = -1\n[fees]", "admin_chat: is the runner group too"),
        ("[fees]", 'runner_invite = "t.me/x"\n[fees]', 'runner_invite: "t.me/x" is no link'),
        ("[fees]", "open_jobs = 0\n[fees]", "open_jobs: 0 is no whole number from 1 to 20"),
        ("[fees]", "open_jobs = 1.5\n[fees]", "open_jobs: 1.5 is no whole number from 1 to 20"),
        ("[fees]", "open_jobs = true\n[fees]", "open_jobs: true is no whole number from 1 to 20"),
        ("[fees]", "hours = 7\n[fees]", 'hours: 7 are no hours; write "always" or days, like { mon = "08:00-20:00" }'),
        ("= 1000", "= 10001", "fees.platform_basis_points: 10001 is no whole number from 0 to 10000"),
        ("= 1000", '= "10 %"', 'fees.platform_basis_points: "10 %" is no whole number from 0 to 10000'),
        ('service_fee = "0.80"', "", "fees.service_fee: is missing"),
        ('"0.80"', '"80 cents"', 'fees.service_fee: "80 cents" is no amount; write it like 4.50'),
        ('headroom_least = "1.00"', 'headroom_least = "6"', "fees.headroom_least: is more than headroom_most, 5.00"),
        ('least = "0.50"\ndelivery_fee_most = "20.00"', 'least = "1.51"\ndelivery_fee_most = "1.49"',
         "fees.delivery_fee_least: is more than delivery_fee_most, 1.49"),
        ('"200.00"', '"2"', "fees.order_most: leaves no room for food beside the fees and the headroom"),
        ('"200.00"', '"0.49"', "fees.order_most: must be from 0.50 to 999999.99, what a card can be charged"),
        ('["1.50"]', '["0.49"]', "fees.fee_suggestions[0]: 0.49 is not from delivery_fee_least to delivery_fee_most"),
        ('["1.50"]', '"1.50"', 'fees.fee_suggestions: "1.50" is no list; write it in [ ]'),
        ('["1.50"]', '["much"]', 'fees.fee_suggestions[0]: "much" is no amount; write it like 4.50'),
        ('"30 min"', '"soon"', 'windows.unclaimed: "soon" is no length of time; write it like 90s, 15 min or 2h'),
        ('"30 min"', '"30"', 'windows.unclaimed: "30" is no length of time; write it like 90s, 15 min or 2h'),
        ('"30 min"', "1.5", "windows.unclaimed: 1.5 is no length of time; write it like 90s, 15 min or 2h"),
        ('"30 min"', "0", "windows.unclaimed: 0 is out of range; from 1s to 30d"),
        ('"30 min"', '"31d"', 'windows.unclaimed: "31d" is out of range; from 1s to 30d'),
        ('"30 min"', '"2h"', "windows.unclaimed: is longer than open_at_most, 5400s"),
        ("[windows]", '[windows]\npurchase = "4 min"', "windows.purchase: is not longer than check_in_answer, 240s"),
        ("unclaimed", "unclaimd", "windows.unclaimd: is unknown; did you mean unclaimed?"),
        (
            'unclaimed = "30 min"',
            'answer = "5 min"\ncheck_in_answer = "5 min"',
            "windows.answer: is the former name of check_in_answer, which is set too; leave it out",
        ),
        ("fri =", "friday =", "stores[1].hours.friday: is unknown; did you mean fri?"),
        ('"18:00-02:00"', '"18-2"', 'stores[1].hours.fri: "18-2" is not on the clock; write it like "08:00-20:00"'),
        ('"18:00-02:00"', '"24:00-02:00"', 'stores[1].hours.fri: "24:00-02:00" is not on the clock'),
        ('"18:00-02:00"', '"18:00"', 'stores[1].hours.fri: "18:00" are no hours; write them like "08:00-20:00"'),
        ('"18:00-02:00"', "18:00:00", "stores[1].hours.fri: 18:00:00 are no hours; write them like"),
        ('"18:00-02:00"', '"18:00-18:00"', 'stores[1].hours.fri: "18:00-18:00" opens when it closes; for all day'),
        ('building = "Library"', "", "drop_points[0].building: is missing"),
        ("[[drop_points]]", "[drop_points]", "drop_points: { ... } is no list; write it in [ ]"),
        ('spot = "lobby"', 'spot = "lobby"\n[[drop_points]]\nbuilding = "library"\nspot = "Lobby"',
         'drop_points[1]: "library, Lobby" is there already, as drop_points[0]'),
        ("[fees]", 'invite_code = "our hall"\n[fees]', 'invite_code: "our hall" must be 4 to 40 letters, digits or -'),
        ("[fees]", 'receipts = "no"\n[fees]', 'receipts: "no" is neither true nor false'),
        ("[fees]", 'open_to_all = "yes"\n[fees]', 'open_to_all: "yes" is neither true nor false'),
        ('"north"', "north", "this is no TOML: "),
        ('title = "North Campus"', 'title = "x"\ntitle = "y"', "this is no TOML: "),
    ],
)  # fmt: skip
def test_each_error_is_one_sentence_with_its_place(old: str, new: str, mistake: str) -> None:
    (said,) = file_errors(old, new)
    assert said.startswith(mistake)


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [("title", "titel", ""), ("price", "prise", "stores[0].menu[0]."), ("service_fee", "service_fees", "fees.")],
)
def test_a_misspelt_key_is_unknown_and_the_right_one_missing(right: str, wrong: str, place: str) -> None:
    unknown, missing = file_errors(f"{right} =", f"{wrong} =")
    assert unknown == f"{place}{wrong}: is unknown; did you mean {right}?"
    assert missing == f"{place}{right}: is missing"


def test_all_errors_of_a_file_are_told_at_once() -> None:
    with pytest.raises(CampusFileError) as refused:
        parse_campus_file("")
    told = {line.split(":")[0] for line in refused.value.errors}
    assert {"name", "title", "currency", "time_zone", "admins", "fees.service_fee", "fees.order_most"} <= told
    wrong = SMALL_FILE.replace('"5.50"', '"x"').replace('"1.40"', '"y"').replace("title =", "titel =")
    with pytest.raises(CampusFileError) as refused:
        parse_campus_file(wrong)
    assert len(refused.value.errors) == 4  # two prices, an unknown key, a missing title


@given(
    line=st.sampled_from([number for number, line in enumerate(SMALL_FILE.splitlines()) if "=" in line]),
    value=st.recursive(
        st.sampled_from(["1", "-1", "0.5", "nan", "true", '""', '"x"', "1979-05-27", "07:32:00", "9" * 30, "0xfff"])
        | st.text("abc 19.:-", max_size=8).map(lambda text: f'"{text}"'),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]")
            | inner.map(lambda each: f"{{ id = {each} }}")
        ),
        max_leaves=5,
    ),
)
@settings(max_examples=iterations(50, 2_000), deadline=None)
def test_any_value_anywhere_is_accepted_or_an_error_and_never_a_crash(line: int, value: str) -> None:
    lines = SMALL_FILE.splitlines()
    lines[line] = f"{lines[line].split('=')[0]}= {value}"
    try:
        parse_campus_file("\n".join(lines))
    except CampusFileError as error:
        assert error.errors
        assert all(": " in mistake and len(mistake) < 400 for mistake in error.errors)


@given(typed=st.text(max_size=200))
@settings(max_examples=iterations(25, 1_000), deadline=None)
def test_any_text_is_a_campus_or_a_list_of_errors(typed: str) -> None:
    with pytest.raises(CampusFileError):
        parse_campus_file(typed)


@pytest.mark.parametrize("number", ["9" * 5_000, "0x" + "f" * 5_000, "[" * 3_000])
def test_absurd_values_are_errors_like_others(number: str) -> None:
    for old in ("3001", "1000", '"5.50"', '"30 min"'):
        assert file_errors(old, number)
