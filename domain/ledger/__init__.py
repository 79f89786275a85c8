"""The double-entry ledger: accounts, postings and their tables."""
