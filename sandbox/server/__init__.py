"""What the stand-ins and the chat page share as servers: serving, ordered faults, records of calls, state on disk."""
