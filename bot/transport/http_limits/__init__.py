"""What bounds the web server: connections, bodies that nobody vouches for, and guesses of secrets."""
