"""The answer to a dispute: what we can prove, who has it sent, and until when."""
