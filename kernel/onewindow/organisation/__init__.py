"""Townships, units, staff, posts, delegations and absences."""
