"""Training past one machine: the same cleaning, the same parts and the same artefact, with all readers on Spark."""
