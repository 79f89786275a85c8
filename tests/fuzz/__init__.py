"""What nobody meant to send: wild text, broken updates, forged taps and events, by the hundred thousand."""
