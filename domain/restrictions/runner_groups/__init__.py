"""Who may be in the runner group: whoever may not take jobs any more is removed, and reads the way back later."""
