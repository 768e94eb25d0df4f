"""A notice as an e-mail, through the standard library; one attempt: taken by the server, or one sentence why not."""

import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256
from typing import Any

from collector.notices.config import Mail
from collector.notices.notice import body_of, subject_of
from collector.notices.webhook import NotTold


def message_of(mail: Mail, notice: dict[str, Any]) -> EmailMessage:
    """The message; the same notice has the same Message-ID, so that mail programs show it once."""
    message = EmailMessage()
    message["Subject"] = subject_of(notice, mail.lang)
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message["Date"] = formatdate(localtime=True)
    domain = mail.sender.rpartition("@")[2].strip("> ") or "localhost"
    message["Message-ID"] = f"<{sha256(notice['id'].encode()).hexdigest()[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body_of(notice, mail.lang))
    return message


def send(mail: Mail, password: str, notice: dict[str, Any], trust: ssl.SSLContext | None = None) -> None:
    """Send it; raises NotTold. trust: which servers' certificates are believed, the system's unless told."""
    message = message_of(mail, notice)
    context = trust or ssl.create_default_context()
    try:
        with _connected(mail, context) as server:
            if mail.security == "starttls":
                server.starttls(context=context)
            if mail.user:
                server.login(mail.user, password)
            refused = server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise NotTold(f"mail server {mail.host}:{mail.port}: {_why(error)}") from None
    if refused:
        raise NotTold(f"mail server {mail.host}:{mail.port} refused {', '.join(refused)}")


def _connected(mail: Mail, context: ssl.SSLContext) -> smtplib.SMTP:
    own = socket.gethostname()  # the library would ask the name service, which a shop floor may not have
    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, own, timeout=mail.timeout, context=context)
    return smtplib.SMTP(mail.host, mail.port, own, timeout=mail.timeout)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__
