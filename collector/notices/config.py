"""What a collector is told about notices: whom to tell, by which way, how long to gather. Nobody, unless told."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class SecretPlace(_Written):
    """Where a secret is: the environment or a file, never the configuration itself."""

    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "SecretPlace":
        if (self.env is None) == (self.file is None):
            raise ValueError("give either env or file (never the secret itself)")
        return self


class Webhook(_Written):
    """A POST of one JSON document to an address of the plant's own."""

    url: str = Field(pattern="^https?://[^ ]+$")
    timeout: float = Field(default=10.0, gt=0, le=120)
    secret: SecretPlace | None = None
    """Signs the body: `Floortruth-Signature: sha256=<HMAC-SHA-256 in hex>`."""


class Mail(_Written):
    """An e-mail through a server of the plant's own."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` only inside a network that nobody else reaches; a password is never sent then."""
    user: str = ""
    password: SecretPlace | None = None
    sender: str
    to: list[str] = Field(min_length=1)
    lang: Literal["zh", "en"] = "zh"
    timeout: float = Field(default=20.0, gt=0, le=120)

    @model_validator(mode="after")
    def _password_is_protected(self) -> "Mail":
        if (self.password is None) != (not self.user):
            raise ValueError("user and password belong together")
        if self.password is not None and self.security == "none":
            raise ValueError("security 'none' would send the password readable, expected starttls or tls")
        return self


class Notices(_Written):
    """`notices:` of `collector.yaml`. Intervals are real seconds."""

    gather: float = Field(default=60.0, ge=0)
    """Changes of so long go out together; a verdict that returns meanwhile to what it was is not told."""
    retry: float = Field(default=5.0, gt=0)
    """After a failure again in so long, then twice as long, …"""
    retry_most: float = Field(default=900.0, gt=0)
    """… but at least this often."""
    pages: str = ""
    """Address of the pages, for links: http://collector.plant:8321."""
    webhook: Webhook | None = None
    mail: Mail | None = None
