"""How to run a program that refuses to run as root, without making users and without changing anybody's files."""

import os
import subprocess
from pathlib import Path

NOBODY = "65534"
USER_NAMESPACE_PREFIX = ("unshare", "--user", "--map-user=1000", "--")
# Where user namespaces are forbidden (many containers): become nobody, but keep root's right to pass closed folders, so
# that neither the project nor its binaries must be opened to the world.
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
    """Return the prefixes to try, best first: none at all for an ordinary user."""
    return ((),) if os.geteuid() != 0 else (USER_NAMESPACE_PREFIX, NOBODY_PREFIX)


def can_run(prefix: tuple[str, ...], binary: Path) -> bool:
    """Tell whether this binary runs with this prefix here."""
    try:
        trial = subprocess.run([*prefix, str(binary), "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return trial.returncode == 0
