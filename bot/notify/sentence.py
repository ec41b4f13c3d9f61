"""The words of an error as a sentence."""


def of(error: ValueError) -> str:
    """They begin with a capital, but for an email or what is quoted, and end as they do, or else with a full stop."""
    words = str(error)
    first = words.split(" ", 1)[0]
    begun = words if "@" in first else words[:1].upper() + words[1:]
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."
