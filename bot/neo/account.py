"""What Neo says of the account: who it is, its credits, its credit month, its totals."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
)

from bot.neo import page
from bot.neo.pricing import Pricing
from rules.money import Money

_BEGINNING = 2000


def _credits(amount: object, info: ValidationInfo) -> Money:
    return _pricing(info).credit.money(_number(amount))


def _byok(amount: object, info: ValidationInfo) -> Money:
    return _pricing(info).byok.money(_number(amount))


def _number(amount: object) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise ValueError("expected a number")  # noqa: TRY004 - pydantic collects ValueError
    return Decimal(amount)


def _pricing(info: ValidationInfo) -> Pricing:
    if not isinstance(info.context, Pricing):
        raise TypeError("amounts are validated with a Pricing as context")
    return info.context


def _real(at: datetime) -> datetime | None:
    """None for a time that only stands for "never", such as the year 1."""
    return at if at.year >= _BEGINNING else None


Credited = Annotated[Money, PlainValidator(_credits)]
Charged = Annotated[Money, PlainValidator(_byok)]
Moment = Annotated[AwareDatetime, AfterValidator(_real)]
Email = Annotated[str, AfterValidator(lambda email: email.strip().lower())]


class _Answer(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", defer_build=True, hide_input_in_errors=True
    )


class Team(_Answer):
    """The account's role in its team."""

    role: str = ""


class User(_Answer):
    """`/user`: who the credential is. `email` is in lower case."""

    email: Email
    role: str
    team: Team | None = None

    @property
    def team_role(self) -> str | None:
        """Its role in its team; None where it is in none."""
        return None if self.team is None else self.team.role or self.role


class Credits(_Answer):
    """`/billing/credits`, in money."""

    available: Credited = Field(alias="available_credits")
    issued: Credited = Field(alias="issued_credits")
    expires_at: Moment | None = None


class Subscription(_Answer):
    """`/billing/subscription`: `reset_at` is when the credit month turns."""

    reset_at: Moment | None = None


class ByokTotals(_Answer):
    """The BYOK part of the totals."""

    llm_cost: Charged | None = Field(default=None, alias="total_llm_cost")
    neo_cost: Charged | None = Field(default=None, alias="total_neo_cost")
    streams: int = Field(default=0, alias="total_streams")


class Share(_Answer):
    """One person's part of the totals; carries no BYOK cost."""

    email: Email = ""
    credits: Credited = Field(alias="neo_credits")
    tasks: int = 0


class Summary(_Answer):
    """`/usage/summary`: totals over all tasks."""

    credits: Credited = Field(alias="total_neo_credits")
    tasks: int = Field(alias="total_tasks")
    byok: ByokTotals | None = None
    by_email: Annotated[tuple[Share, ...], BeforeValidator(lambda shares: shares or ())] = ()


A = TypeVar("A", bound=_Answer)


def parse(body: bytes, model: type[A], pricing: Pricing) -> A:
    """Reads one of the models above. Raises ValueError that names the faulty fields."""
    try:
        return model.model_validate(page.document(body), context=pricing)
    except ValidationError as error:
        raise ValueError(page.reason(error)) from None
