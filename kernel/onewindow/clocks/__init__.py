"""Deadlines, the working calendar and the scheduler that turns them."""
