"""The saga engine: leases, local steps, external calls and their failures."""
