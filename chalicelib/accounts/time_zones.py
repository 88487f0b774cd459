"""Time zones by their names in the IANA database, which is loaded with the first that is asked for."""

from chalicelib.core.validation import FieldInvalid


def must_be_known(name: str) -> None:
    """Raises FieldInvalid."""
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise FieldInvalid("time_zone", "is not a time zone of the IANA database", "不是有效的 IANA 时区") from None
