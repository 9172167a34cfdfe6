"""What people and offices do with cases: registering, assigning, handling, following, finding, setting right."""
