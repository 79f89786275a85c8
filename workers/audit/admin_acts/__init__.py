"""What admins did by hand, in the audit: their own acts are listed, and what they resolved is explained."""
