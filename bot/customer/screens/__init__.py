"""The screens of the basket: each asks for one thing, and sets what a typed line means."""
