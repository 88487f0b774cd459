"""What Personalize refuses, by the names of its errors."""


class Refused(Exception):
    """``code`` is AWS's name of the error."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def invalid(text: str) -> Refused:
    return Refused("InvalidInputException", text)


def in_use(text: str) -> Refused:
    return Refused("ResourceInUseException", text)


def not_found(arn: str) -> Refused:
    return Refused("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")


def exists(arn: str) -> Refused:
    return Refused("ResourceAlreadyExistsException", f"Another resource with Arn {arn} already exists.")
