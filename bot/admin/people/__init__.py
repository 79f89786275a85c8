"""People, for admins: who is barred or limited."""
