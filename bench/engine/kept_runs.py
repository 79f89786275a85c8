"""The raw results in bench/results: a JSON file for each figure, with a line for each run."""

import json
from typing import Any

from sandbox.launch.stack import PROJECT

FOLDER = PROJECT / "bench" / "results"
KeptRuns = dict[str, dict[str, dict[int, dict[str, Any]]]]  # figure -> peer -> round -> result


def load() -> KeptRuns:
    """Return all runs that were kept."""
    return {file.stem: _read(file.stem) for file in sorted(FOLDER.glob("*.json"))}


def is_kept(figure: str, peer: str, number: int) -> bool:
    """Return whether this run was made already."""
    return number in _read(figure).get(peer, {})


def keep(figure: str, peer: str, number: int, result: dict[str, Any]) -> None:
    """Add a run to the file of its figure."""
    runs = _read(figure)
    runs.setdefault(peer, {})[number] = result
    lines = [
        json.dumps({"peer": name, "round": at, **run})
        for name, rounds in sorted(runs.items())
        for at, run in sorted(rounds.items())
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{figure}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def forget() -> None:
    """Delete all runs."""
    for file in FOLDER.glob("*.json"):
        file.unlink()


def _read(figure: str) -> dict[str, dict[int, dict[str, Any]]]:
    file = FOLDER / f"{figure}.json"
    runs: dict[str, dict[int, dict[str, Any]]] = {}
    for run in json.loads(file.read_text(encoding="utf-8")) if file.exists() else []:
        runs.setdefault(run.pop("peer"), {})[run.pop("round")] = run
    return runs
