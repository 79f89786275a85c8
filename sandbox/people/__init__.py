"""Simulated people who use the chats as everybody does, and the running CampusG that they share."""
