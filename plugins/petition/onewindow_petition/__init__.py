"""信访办: the petition office."""
