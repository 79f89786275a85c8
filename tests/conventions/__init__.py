"""The conventions of this repository, checked by checkers that have tests themselves."""
