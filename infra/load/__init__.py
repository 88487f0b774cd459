"""Many readers at once on the local platform: does everything hold, and what does a request cost beside its calls?"""
