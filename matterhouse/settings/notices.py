"""The settings of notices: whom flows tell."""

import re

from pydantic import Field, field_validator

from matterhouse.settings.group import Group


class NoticeSettings(Group):
    """Whom to tell when a scheduled run needs a person. ``repr`` and JSON leave out what may be a secret."""

    webhook: str | None = Field(
        None,
        repr=False,
        exclude=True,
        description="A URL that gets each notice as JSON; `${NAME}` in it is filled in when it is sent.",
        examples=["https://hooks.example.org/${TOKEN}"],
    )
    block: str | None = Field(
        None,
        description="A notification block of Prefect's that sends each notice, as `type/name`.",
        examples=["slack-webhook/operators"],
    )
    repeat_hours: float = Field(
        24,
        ge=0,
        allow_inf_nan=False,
        description="Hours after which it is told again that something is still wrong; 0: after every run.",
    )
    ping: str | None = Field(
        None,
        repr=False,
        exclude=True,
        description="A URL that is asked after each refresh that read every source: who waits for that raises the "
        "alarm when it does not come. `${NAME}` is filled in.",
        examples=["https://ping.example.org/${TOKEN}"],
    )

    @field_validator("webhook", "ping")
    @classmethod
    def _is_a_url(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("https://", "http://", "${")):
            raise ValueError("expected a URL, as in https://hooks.example.org/${TOKEN}")
        return url

    @field_validator("block")
    @classmethod
    def _is_a_block(cls, block: str | None) -> str | None:
        if block is not None and not re.fullmatch("[a-z0-9-]+/[a-z0-9-]+", block):
            raise ValueError("expected the type and the name of a block, as in slack-webhook/operators")
        return block
