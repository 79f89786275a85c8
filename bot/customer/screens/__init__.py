"""The screens of an order that is being written: each asks for one thing, and says what a typed line will mean."""
