"""Reviews: 0 to 5, one for each reader and work, by those who may read it."""
