"""/check: an admin has a worker look whether what a campus needs works, and reads the answer in the same chat."""
