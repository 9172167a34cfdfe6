"""Documents: issuing, numbering, rendering, service, the index."""
