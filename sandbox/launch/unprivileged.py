"""Command prefixes that run a program which refuses to run as root, without new users or changed files."""

import os
import subprocess
from pathlib import Path

NOBODY = "65534"
USER_NAMESPACE_PREFIX = ("unshare", "--user", "--map-user=1000", "--")
# Where user namespaces are forbidden, as in many containers: run as nobody, but keep root's capability to read closed
# folders, so that the project and its binaries need not be readable by everyone.
NOBODY_PREFIX = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--bounding-set=-all,+dac_override",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
    "--",
)


def unprivileged_prefixes() -> tuple[tuple[str, ...], ...]:
    """Return the prefixes to try, best first; only the empty prefix for a user other than root."""
    return ((),) if os.geteuid() != 0 else (USER_NAMESPACE_PREFIX, NOBODY_PREFIX)


def can_run(prefix: tuple[str, ...], binary: Path) -> bool:
    """Return whether `binary --version` succeeds with this prefix."""
    try:
        trial = subprocess.run([*prefix, str(binary), "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return trial.returncode == 0
