"""UUIDs in 16 bytes instead of 36 letters: keys of records and ids of tasks fill half of the file otherwise."""

_LENGTH = 36
_PLACES = slice(8, 24, 5)
_DASHES = "----"


def pack(text: str) -> bytes | str:
    """A canonical UUID as its 16 bytes, anything else as it is."""
    if len(text) != _LENGTH or text[_PLACES] != _DASHES:
        return text
    digits = text.replace("-", "")
    try:
        packed = bytes.fromhex(digits)
    except ValueError:
        return text
    return packed if packed.hex() == digits else text


def unpack(packed: bytes | str) -> str:
    """What was packed."""
    if isinstance(packed, str):
        return packed
    digits = packed.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
