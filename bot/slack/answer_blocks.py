"""Answers with their buttons, and what becomes of them when they are shared."""

from dataclasses import replace

from bot.notify.answer import Answer
from bot.slack import blocks, buttons, paging, render
from bot.slack.blocks import Json, Message


def kept(said: Answer, command: str, key: str, page: int = 0) -> Message:
    """A page of an answer that is kept under `key`, for its asker alone."""
    message = _page(said, command, page)
    row = buttons.of_answer(key, page, paging.pages(said))
    return _with(message, row)


def shared(said: Answer, command: str, user: str, page: int) -> Message:
    """The same page for the whole channel, and who wanted that."""
    return _for_all(_page(said, command, page), f"Shared by <@{user}>")


def asked_for(message: Message, user: str) -> Message:
    """An answer for everyone where it was asked for by a button."""
    return _for_all(message, f"Asked for by <@{user}>")


def _page(said: Answer, command: str, page: int) -> Message:
    pages = paging.pages(said)
    message = render.answer(paging.page(said, page), command)
    return _with(message, blocks.context(f"Page {page + 1} of {pages}") if pages > 1 else None)


def _for_all(message: Message, by: str) -> Message:
    return replace(_with(message, blocks.context(by)), public=True)


def _with(message: Message, block: Json | None) -> Message:
    return replace(message, blocks=[*message.blocks, *([block] if block else [])])
