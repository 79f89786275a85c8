"""The reference saga on each engine: `python -m bench.engine.peers.NAME prepare|work|submit`."""
