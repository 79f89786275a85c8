"""The outbox: order messages and notifications to send, and buttons."""
