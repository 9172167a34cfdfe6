"""The register of what the product does not hold, and the check that every door runs."""
