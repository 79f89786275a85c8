"""`make bench`: the saga engine beside what an engineer would take instead, in the same run on the same machine."""
