"""Documents: issuing, numbering, rendering, service and its proof; the material that people hand in."""
