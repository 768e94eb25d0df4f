"""A notice as a POST of JSON; one attempt, one answer: told, or one sentence why not."""

import hashlib
import hmac
import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from collector.notices.config import Webhook


class NotTold(Exception):
    """A notice was not taken; str() says why, in one sentence. It is tried again."""


class _NoRedirects(HTTPRedirectHandler):
    """An address that moved is a mistake of the configuration: a POST that follows it would become a GET."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Don't."""
        return


def _opener() -> OpenerDirector:
    """Without the environment's proxy: a notice goes where the configuration says."""
    return build_opener(ProxyHandler({}), _NoRedirects())


def post(webhook: Webhook, secret: str, notice: dict[str, Any]) -> None:
    """Send it; raises NotTold. secret: "" where the body is not signed."""
    body = json.dumps(notice, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "Floortruth-Notice": str(notice["changes_to"])}
    if secret:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers["Floortruth-Signature"] = f"sha256={digest}"
    request = Request(webhook.url, body, headers, method="POST")
    try:
        with _opener().open(request, timeout=webhook.timeout) as answer:
            answer.read(1 << 16)
    except HTTPError as error:
        error.close()
        raise NotTold(f"{webhook.url} answered {error.code} {error.reason}") from None
    except (HTTPException, URLError, OSError, ValueError) as error:
        raise NotTold(f"{webhook.url}: {_why(error)}") from None


def _why(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error) or type(error).__name__
