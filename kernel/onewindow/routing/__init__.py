"""Which office answers a matter, and the assignments that say so."""
