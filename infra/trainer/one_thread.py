"""Linear algebra on one thread: more only wait for each other on small matrices, and times could not be compared."""

from threadpoolctl import threadpool_limits


def with_one_thread() -> None:
    """For the rest of the process, whatever libraries are loaded."""
    import scipy.linalg  # noqa: F401

    threadpool_limits(1)
