"""What tests run on: databases, servers, a worker, a bot, people."""
