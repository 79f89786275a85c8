"""The web server of the console: who may come in, and what every answer says to the browser."""
