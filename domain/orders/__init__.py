"""An order from the draft to its end: states, price, timers, claiming, purchase, handover, cancellation, expiry."""
