"""What is measured: our model against what somebody would take instead, on public data or on one's own."""
