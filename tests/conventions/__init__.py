"""The house rules of this repository, held by a checker that is itself tested."""
