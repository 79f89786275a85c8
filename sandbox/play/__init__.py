"""One order played by scripted people through the real processes, and told message by message."""
