"""Hands over to the command line."""

from bot.cli import door


def main() -> None:
    door.main()


if __name__ == "__main__":
    main()
