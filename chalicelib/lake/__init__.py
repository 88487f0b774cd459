"""What readers did, day by day in S3 under pseudonyms, for who learns from it; what is erased is gone there, too."""
