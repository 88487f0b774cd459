"""What readers did, day by day in S3 under pseudonyms, for whoever learns from it; and what is erased, gone there too."""
