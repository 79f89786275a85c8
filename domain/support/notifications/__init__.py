"""What is told by support: about cases, in messages between people, and about runners."""
