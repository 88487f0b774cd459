"""Content: authors upload files, ingestion reads them, readers get links to them."""
