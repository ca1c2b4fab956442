"""Instants as numbers: decimal digits to nanoseconds and back, without a float in between."""

_LONGEST = 21  # digits of the largest number of nanoseconds


def nanoseconds(number: str, places: int) -> int | None:
    """Read a number that has so many decimal places; `None` where it is none, or has more."""
    if number[:1] == number[-1:] == '"':
        number = number[1:-1]
    sign, number = (-1, number[1:]) if number.startswith("-") else (1, number)
    number, has_exponent, exponent = number.lower().partition("e")
    whole, has_fraction, fraction = number.partition(".")
    power = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    parts = [whole, *([fraction] if has_fraction else []), *([power] if has_exponent else [])]
    if not all(it.isascii() and it.isdigit() for it in parts) or len(power) > 9:
        return None
    digits = (whole + fraction).rstrip("0")
    zeros = int(exponent or 0) + places + len(whole) - len(digits)
    digits = digits.lstrip("0")
    if not digits:
        return 0
    if zeros < 0 or len(digits) + zeros > _LONGEST:
        return None
    return sign * int(digits) * 10**zeros


def printed(nanoseconds: int, places: int) -> str:
    """Write so many nanoseconds with no more decimals than there are."""
    whole, rest = divmod(abs(nanoseconds), 10**places)
    fraction = f".{rest:0{places}}".rstrip("0").rstrip(".")
    return f"{'-' if nanoseconds < 0 else ''}{whole}{fraction}"
