"""The revisions of the kernel's own tables."""
