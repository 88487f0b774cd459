"""Personal pages, joined over several rooms with one read; never cached."""
