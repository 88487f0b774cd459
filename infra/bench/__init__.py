"""What the platform costs, as ratios to a bare baseline measured in the same run, and as counts of calls."""
