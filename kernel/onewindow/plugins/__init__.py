"""Finding offices, judging their compatibility and enabling them per township."""
