"""What the applications hold for their handlers."""

from aiohttp import web

from bot.clock import Clock
from bot.web.door import AdminDoor
from bot.web.reception import Reception

CLOCK = web.AppKey[Clock]("CLOCK")
RECEPTION = web.AppKey("RECEPTION", Reception)
ADMIN = web.AppKey("ADMIN", AdminDoor)
