"""The business rules. Only `store`, `words` and `logs` use more than the standard library."""
