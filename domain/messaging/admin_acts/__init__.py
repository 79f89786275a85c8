"""What is told when an admin acts: one line in the admin chat, and a message to the other side of an own act."""
