"""Tests that long runs find what they are about: paths of the Makefile, and the places of seeded faults."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.seeded_faults.__main__ import product_files
from tests.seeded_faults.catalogue import FAULTS
from tests.seeded_faults.seeded_fault import SeededFault

PROJECT = Path(__file__).parents[2]
PRODUCT_TEXT = "\n".join(text for _, text in product_files(PROJECT))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_has_one_place_and_tests_that_exist(fault: SeededFault) -> None:
    assert PRODUCT_TEXT.count(fault.before) == 1
    for named in fault.tests:
        path, _, test = named.partition("::")
        assert not test or f"def {test.partition('[')[0]}(" in (PROJECT / path).read_text(encoding="utf-8"), named


def test_the_makefile_names_paths_that_exist() -> None:
    named = set(re.findall(r"\b(?:tests|sandbox|bench)/[\w/.]+", (PROJECT / "Makefile").read_text(encoding="utf-8")))
    assert named, "nothing to look for"
    assert [path for path in sorted(named) if not (PROJECT / path).exists()] == []


def test_make_reads_every_target() -> None:
    targets = re.findall(r"^(\w+):.*## ", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert "tables" in targets
    told = subprocess.run(["make", "--dry-run", *targets], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
