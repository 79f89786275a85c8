"""`python -m tests.seeded_faults [NAME...]`: put each fault into a copy of the tree, and see its tests fail there."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.seeded_faults.catalogue import FAULTS
from tests.seeded_faults.seeded_fault import SeededFault

PROJECT = Path(__file__).parents[2]
PRODUCT_PACKAGES = ("bot", "domain", "workers")
NOT_COPIED = (".git", ".venv", ".data", ".cache", ".*_cache", ".hypothesis", "__pycache__")
PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "-p", "no:cacheprovider")
TESTS_FAILED = 1  # pytest's exit code; 2 to 5 are errors of collection, of pytest and of its command line
FAULT_TIMEOUT_SECONDS = 180.0
TESTS_TIMEOUT_SECONDS = 900.0  # of all named test files, without a fault
STOP_TIMEOUT_SECONDS = 20.0  # pytest ends its servers meanwhile
SHOWN_LINES = 30  # of the output of tests that fail without a fault


class Verdict(StrEnum):
    CAUGHT = "caught"
    NOT_CAUGHT = "NOT CAUGHT"
    SNIPPET_NOT_FOUND = "snippet not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class PytestResult:
    """How a run of pytest ended; `exit_code` is None when it took too long."""

    exit_code: int | None
    output: str

    @property
    def failed_tests(self) -> list[str]:
        """The tests that failed; an error before or after a test is no failure of it."""
        lines = [line for line in self.output.splitlines() if line.startswith("FAILED ")]
        return [line.removeprefix("FAILED ").partition(" - ")[0] for line in lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of one fault; `detail` names the test that failed, or says why the fault was not caught."""

    fault: SeededFault
    verdict: Verdict
    seconds: float
    detail: str


def main() -> int:
    """Try the chosen faults. Return 0 when all were caught by tests that pass without them."""
    parser = argparse.ArgumentParser(prog="python -m tests.seeded_faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a fault of the catalogue; all of them without a name")
    names: list[str] = parser.parse_args().names
    unknown = set(names) - {fault.name for fault in FAULTS}
    if unknown:
        parser.error(f"the catalogue has no fault named {', '.join(sorted(unknown))}")
    chosen = [fault for fault in FAULTS if fault.name in names or not names]
    with tempfile.TemporaryDirectory(prefix="campusg-faults-", ignore_cleanup_errors=True) as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(PROJECT, tree, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
        return try_faults(tree, chosen)


def try_faults(tree: Path, faults: Sequence[SeededFault]) -> int:
    """Run the named test files without a fault, then each fault with its tests. Return 1 when one was not caught."""
    files = sorted({path.partition("::")[0] for fault in faults for path in fault.tests})
    began = time.monotonic()
    without_fault = run_pytest(tree, files, TESTS_TIMEOUT_SECONDS)
    _print_flushed(f"{len(files)} test files without a fault: {time.monotonic() - began:.0f} s")
    if without_fault.exit_code != 0:
        _print_flushed("\n".join(without_fault.output.splitlines()[-SHOWN_LINES:]))
        _print_flushed("They do not pass, so that they prove nothing.")
        return 1
    trials: list[Trial] = []
    for fault in faults:
        trials.append(try_fault(tree, fault))
        _print_flushed(format_trial(trials[-1]))
    _print_flushed(format_summary(trials))
    return 0 if all(trial.verdict is Verdict.CAUGHT for trial in trials) else 1


def try_fault(tree: Path, fault: SeededFault) -> Trial:
    """Put one fault into the tree, run its tests, and put the file back."""
    began = time.monotonic()
    found = [(path, text.count(fault.before)) for path, text in product_files(tree) if fault.before in text]
    if sum(times for _, times in found) != 1:
        places = ", ".join(f"{path.relative_to(tree)} ({times})" for path, times in found)
        return Trial(fault=fault, verdict=Verdict.SNIPPET_NOT_FOUND, seconds=0.0, detail=places or "it is nowhere")
    with seeded(found[0][0], fault):
        result = run_pytest(tree, fault.tests, FAULT_TIMEOUT_SECONDS)
    caught = result.exit_code == TESTS_FAILED and result.failed_tests != []
    return Trial(
        fault=fault,
        verdict=Verdict.CAUGHT if caught else Verdict.NOT_CAUGHT,
        seconds=time.monotonic() - began,
        detail=result.failed_tests[0] if caught else explain_miss(result),
    )


def product_files(tree: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of the product with its text."""
    for package in PRODUCT_PACKAGES:
        for path in sorted((tree / package).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")


@contextmanager
def seeded(path: Path, fault: SeededFault) -> Iterator[None]:
    """Have the fault in this file for the length of a block.

    The file that comes back has its old time of change, so that Python does not take the compiled fault for it.
    """
    right = path.rename(path.with_suffix(".right"))
    try:
        path.write_text(right.read_text(encoding="utf-8").replace(fault.before, fault.after), encoding="utf-8")
        yield
    finally:
        right.replace(path)


def run_pytest(tree: Path, tests: Iterable[str], timeout: float) -> PytestResult:
    """Run these tests in the tree for at most `timeout` seconds."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    log = tree.parent / "pytest.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*PYTEST, *tests],
            cwd=tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            exit_code: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            exit_code = None
        finally:
            stop(process)
    return PytestResult(exit_code=exit_code, output=log.read_text(encoding="utf-8", errors="replace"))


def stop(process: subprocess.Popen[bytes]) -> None:
    """End pytest as Ctrl-C does, so that it stops its servers; kill it when it does not end."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def explain_miss(result: PytestResult) -> str:
    """Return in a few words why a run of pytest does not count as a catch."""
    if result.exit_code is None:
        return f"the tests took more than {FAULT_TIMEOUT_SECONDS:.0f} s"
    if result.exit_code == 0:
        return "the tests pass"
    last = next((line for line in reversed(result.output.splitlines()) if line.strip()), "no output")
    return f"pytest ended with {result.exit_code} and no failed test: {last}"


def format_trial(trial: Trial) -> str:
    """Return one line about a trial."""
    return f"{trial.verdict:<17}  {trial.seconds:4.0f} s  {trial.fault.name}: {trial.detail}"


def format_summary(trials: Sequence[Trial]) -> str:
    """Return a table with a line for each area, one for all, and each promise that no test guards."""
    lines = ["", f"{'area':<12}  faults  caught  seconds"]
    for area in (*dict.fromkeys(trial.fault.area for trial in trials), "all"):
        those = [trial for trial in trials if area in (trial.fault.area, "all")]
        caught = sum(trial.verdict is Verdict.CAUGHT for trial in those)
        lines.append(f"{area:<12}  {len(those):>6}  {caught:>6}  {sum(trial.seconds for trial in those):>7.0f}")
    missed = [trial for trial in trials if trial.verdict is not Verdict.CAUGHT]
    return "\n".join([*lines, *(f"{trial.verdict}: {trial.fault.name}: {trial.fault.claim}" for trial in missed)])


def _print_flushed(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
