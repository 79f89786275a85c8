"""The windows of a campus file in seconds; names of an earlier release are still read."""

from domain.campuses.windows import WINDOW_NAMES, Windows
from workers.commands.campus_values import Section, check_keys, read_duration

# Former name -> present name. Both are read, so that nobody has to change a campus file of an earlier release.
FORMER_NAMES = {
    "sign_of_life": "runner_check_in",
    "answer": "check_in_answer",
    "bought_silence": "runner_check_in_bought",
}


def read_windows(section: Section) -> dict[str, int]:
    """Return the windows that the file names: present name -> seconds."""
    check_keys(section, (*WINDOW_NAMES, *FORMER_NAMES))
    before = len(section.errors)
    lengths = {name: read_duration(section, name) for name in WINDOW_NAMES if name in section.content}
    for former, name in FORMER_NAMES.items():
        if former in section.content:
            if name in lengths:
                section.add_error(former, f"is the former name of {name}, which is set too; leave it out")
            lengths[name] = read_duration(section, former)
    windows = Windows(**lengths)
    if len(section.errors) != before:  # values that could not be read cannot be compared
        return lengths
    if windows.unclaimed > windows.open_at_most:
        section.add_error("unclaimed", f"is longer than open_at_most, {windows.open_at_most}s")
    if windows.check_in_answer >= windows.purchase:
        section.add_error("purchase", f"is not longer than check_in_answer, {windows.check_in_answer}s")
    return lengths
