"""Search by what a matter says, never by who is in it: the cutter, the scrubber, and the copies that are searched."""
