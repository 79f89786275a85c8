"""A campus with its fees, windows, hours, stores and groups; its members, their roles and permissions."""
