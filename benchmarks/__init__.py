"""What the centre is measured with: `python -m benchmarks` for speed, `python -m benchmarks.faults` for what survives."""
