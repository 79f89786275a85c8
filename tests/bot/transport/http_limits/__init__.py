"""Tests of what strangers can make the web server hold, and for how long."""
