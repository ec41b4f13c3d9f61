"""files.*: the three steps of an upload, whose second is a plain POST of bytes."""

import mimetypes

from aiohttp import web

from bot.demo.workbench import mischief
from bot.demo.workbench.bench import BENCH, Bench, Upload
from bot.demo.workbench.errors import SlackError, invalid_arguments
from bot.demo.workbench.message import Draft, File, Json
from bot.demo.workbench.methods.context import Context

SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
UPLOAD = "upload"
"""What a plan of mischief calls the second step, which is no method."""

LARGEST = 10 * 1024 * 1024
LONGEST_ALT = 1000


def get_upload_url(context: Context) -> Json:
    arguments = context.arguments
    length = arguments.integer("length", default=0, most=LARGEST, refusal="invalid_arguments")
    name, alt = arguments.required("filename"), arguments.text("alt_txt")
    if len(alt) > LONGEST_ALT:
        raise SlackError("alt_txt_too_large")
    file_id = context.workspace.new_id("F")
    context.bench.uploads[file_id] = Upload(name, length, alt)
    return {"upload_url": f"{context.bench.url}/upload/v1/{file_id}", "file_id": file_id}


def complete_upload(context: Context) -> Json:
    """Finish uploads, each once, and share them as one message of the bot's; `shares` is not told, as in Slack."""
    named = context.arguments.structure("files", otherwise="invalid_arguments")
    if not isinstance(named, list) or not all(
        isinstance(each, dict) and "id" in each for each in named
    ):
        raise invalid_arguments("must be an array of objects with an id [json-pointer:/files]")
    place = context.arguments.text("channel_id") or context.arguments.text("channels")
    channel = context.writable_channel(place) if place else None
    files = tuple(
        _finished(context.bench, str(each["id"]), str(each.get("title", ""))) for each in named
    )
    if channel:
        context.workspace.post(
            Draft(
                channel=channel.id,
                user=context.bot,
                text=context.arguments.text("initial_comment"),
                thread_ts=context.arguments.optional("thread_ts"),
                files=files,
            )
        )
    for file in files:
        del context.bench.uploads[file.id]
        context.bench.files[file.id] = file
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


async def receive(request: web.Request) -> web.Response:
    """Take the bytes of an upload, raw or as the form field `file`."""
    bench = request.app[BENCH]
    upload = bench.uploads.get(request.match_info["file_id"])
    content = await _bytes(request)
    for effect in bench.mischief.take(UPLOAD, {}):
        if isinstance(effect, mischief.Broken):
            return web.Response(status=effect.status, text="upload broken")
    if upload is None or len(content) != upload.length:
        return web.Response(status=404 if upload is None else 400, text="upload refused")
    upload.content = content
    return web.Response(text=f"OK - {len(content)}")


async def show(request: web.Request) -> web.Response:
    """Serve a file to the page: pictures inline, everything else as a download."""
    file = request.app[BENCH].files.get(request.match_info["file_id"])
    if file is None:
        raise web.HTTPNotFound
    is_picture = file.mimetype in SHOWN_INLINE
    kind = file.mimetype if is_picture else "application/octet-stream"
    headers = {
        "Content-Type": kind,
        "Content-Disposition": "inline" if is_picture else "attachment",
    }
    return web.Response(body=file.content, headers=headers)


def _finished(bench: Bench, file_id: str, title: str) -> File:
    upload = bench.uploads.get(file_id)
    if upload is None or upload.content is None:
        raise SlackError("file_not_found")
    kind = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
    return File(file_id, upload.name, title or upload.name, kind, upload.content, upload.alt_text)


async def _bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    field = (await request.post()).get("file")
    return field.file.read() if isinstance(field, web.FileField) else b""
