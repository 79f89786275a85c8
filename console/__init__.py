"""The console: pages on which the admins of a campus see its orders, money and engine. It reads, and writes nothing."""
