"""Serving the campuses: the bot of each is set up, heard and watched in a task of its own."""
