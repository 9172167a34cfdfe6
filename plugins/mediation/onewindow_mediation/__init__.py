"""调解室: the people's mediation office."""
