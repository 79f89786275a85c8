"""Edits that end a message: its buttons go, and it says what came of it, or where the matter goes on."""
