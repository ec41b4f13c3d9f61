"""What the applications hold for their handlers."""

import aiohttp
from aiohttp import web

from bot.clock import Clock
from bot.web.door import AdminDoor, SlackDoor
from bot.web.later import Later
from bot.web.seen import Seen

CLOCK = web.AppKey[Clock]("CLOCK")
SLACK = web.AppKey("SLACK", SlackDoor)
ADMIN = web.AppKey("ADMIN", AdminDoor)
SEEN = web.AppKey("SEEN", Seen)
LATER = web.AppKey("LATER", Later)
SESSION = web.AppKey("SESSION", aiohttp.ClientSession)
