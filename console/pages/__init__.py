"""The pages of the console: plain functions from what was read to HTML."""
