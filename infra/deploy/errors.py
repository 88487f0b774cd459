"""What stops a deployment. The text says what to do next."""


class Stopped(Exception):
    """The command cannot go on; nothing is broken that running it again would not mend."""
