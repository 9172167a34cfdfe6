"""What the centre is measured with: `python -m benchmarks` its speed, `python -m benchmarks.faults` what survives."""
