"""What the configuration says about the ports that the bot listens on."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot import address
from bot.secret import Secret

_Port = Annotated[int, Field(ge=0, le=65535)]


class ServerSettings(BaseModel):
    """The section `server`: one port for Slack and one for the operator; port 0 is any free one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    host: str = "0.0.0.0"  # noqa: S104 - Slack comes from outside; the operator's port is the guarded one
    port: _Port = 8080
    admin_host: str = "127.0.0.1"
    admin_port: _Port = Field(default=8081, validate_default=True)
    admin_token: Annotated[Secret | None, Field(validate_default=True)] = None

    @field_validator("admin_port", mode="after")
    @classmethod
    def _two_ports(cls, port: int, info: ValidationInfo) -> int:
        if port and port == info.data.get("port"):
            raise ValueError(
                f"port {port} is taken by `port` already; admin_port must be another one"
            )
        return port

    @field_validator("admin_token", mode="after")
    @classmethod
    def _guarded(cls, token: Secret | None, info: ValidationInfo) -> Secret | None:
        host = info.data.get("admin_host", "localhost")
        if token is None and not address.is_loopback(host):
            raise ValueError(
                f"admin_host {host} is open beyond this machine: set admin_token, or bind it to 127.0.0.1"
            )
        return token
