"""Tests of the sandbox: the stand-ins, the launcher, the chat page and the crash harness."""
