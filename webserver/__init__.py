"""What bounds the web servers of the bot and the console: connections, bodies that nobody vouches for, and guesses."""
