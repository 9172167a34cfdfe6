"""The operations of REST v1, one module for each subject."""
