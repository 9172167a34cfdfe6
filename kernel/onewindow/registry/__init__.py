"""Cases, parties, numbers and the timeline."""
