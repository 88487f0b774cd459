"""Puts a stage into an AWS account and keeps it as declared: `python -m infra.deploy up|diff|rollback|undeploy`."""
