"""Tests of processes that are started, watched and stopped by name."""

import os
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest

from sandbox.launch.demo import lock_data_folder, restart_process, stopping_on_signals
from sandbox.launch.ports import LOOPBACK, free_port, is_free, remembered_ports
from sandbox.launch.processes import LaunchError, Process, Program, start_process, stop_together

STUBBORN_SCRIPT = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); signal.pause()"
)
PATIENT_SCRIPT = "import signal; print('here', flush=True); signal.pause()"
FAILING_SCRIPT = "print('first'); print('last line'); raise SystemExit(3)"


def start_script(folder: Path, name: str, code: str) -> Process:
    """Start a small Python program with its log in this folder."""
    program = Program(
        name=name, command=[sys.executable, "-c", code], log=folder / f"{name}.log", environment=dict(os.environ)
    )
    return start_process(program)


def test_a_process_that_ends_too_early_is_named_with_its_last_lines(tmp_path: Path) -> None:
    process = start_script(tmp_path, "failing", FAILING_SCRIPT)
    with pytest.raises(LaunchError, match=r"(?s)failing ended with 3 before it was ready.*last line"):
        process.wait_until(lambda: False, timeout=10)


def test_a_process_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    process = start_script(tmp_path, "patient", PATIENT_SCRIPT)
    with pytest.raises(LaunchError, match="patient was not ready within 0 s"):
        process.wait_until(lambda: False, timeout=0.1)
    assert process.exit_code == -signal.SIGKILL


def test_a_process_that_ignores_its_stop_signal_is_killed(tmp_path: Path) -> None:
    stubborn, patient = (
        start_script(tmp_path, "stubborn", STUBBORN_SCRIPT),
        start_script(tmp_path, "patient", PATIENT_SCRIPT),
    )
    stubborn.wait_until(lambda: "here" in stubborn.read_output(), timeout=10)
    patient.wait_until(lambda: "here" in patient.read_output(), timeout=10)
    stop_together([stubborn, patient], timeout=0.3)
    assert (stubborn.exit_code, patient.exit_code) == (-signal.SIGKILL, -signal.SIGTERM)


def test_a_process_killed_and_restarted_keeps_its_handle_and_log(tmp_path: Path) -> None:
    process = start_script(tmp_path, "patient", PATIENT_SCRIPT)
    process.wait_until(lambda: "here" in process.read_output(), timeout=10)
    first = process.pid
    process.kill()
    process.restart()
    process.wait_until(lambda: "here" in process.read_output(), timeout=10)
    assert process.pid != first
    assert (tmp_path / "patient.log").read_text() == "here\nhere\n"
    process.stop()


def test_a_process_is_started_from_the_main_thread_only(tmp_path: Path) -> None:
    refusals: list[LaunchError] = []

    def try_it() -> None:
        try:
            start_script(tmp_path, "patient", PATIENT_SCRIPT)
        except LaunchError as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    assert "main thread" in str(refusals[0])


def test_the_demo_reports_an_ended_process_restarts_it_and_gives_up_in_the_end(tmp_path: Path) -> None:
    process = start_script(tmp_path, "failing", FAILING_SCRIPT)
    process.wait(timeout=10)
    told: list[str] = []
    restart_process(process, told.append, restarts_left=0)
    assert "failing ended with 3:\nfirst\nlast line" in told[0]
    assert process.wait(timeout=10) == 3
    with pytest.raises(LaunchError, match="died 6 times"):
        restart_process(process, told.append, restarts_left=-1)


def test_a_stop_signal_interrupts_only_where_it_is_safe() -> None:
    with stopping_on_signals() as pause:
        pause()
        signal.raise_signal(signal.SIGTERM)  # raises nothing here, where a lock might be held
        with pytest.raises(KeyboardInterrupt):
            pause()


def test_two_demos_never_share_a_data_folder(tmp_path: Path) -> None:
    with lock_data_folder(tmp_path), pytest.raises(LaunchError, match="Another demo runs"), lock_data_folder(tmp_path):
        pass
    with lock_data_folder(tmp_path):
        assert (tmp_path / "lock").exists()


def test_ports_stay_the_same_over_restarts_unless_they_are_taken(tmp_path: Path) -> None:
    first = remembered_ports(tmp_path, ("bot", "stripe"))
    assert remembered_ports(tmp_path, ("bot", "stripe")) == first
    with socket.create_server((LOOPBACK, first["bot"])):
        second = remembered_ports(tmp_path, ("bot", "stripe"))
    assert second["stripe"] == first["stripe"]
    assert second["bot"] != first["bot"]
    assert is_free(free_port())
