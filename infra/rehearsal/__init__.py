"""`make rehearse`: the whole life of a stage in an emulated account, by the real deployer and `chalice deploy`."""
