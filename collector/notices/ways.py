"""The channels of a collector as its configuration names them, their secrets read once at the start."""

from collections.abc import Mapping

from collector.board import LiveBoard
from collector.config import CollectorConfig
from collector.notices import mail, webhook
from collector.notices.sending import Sending, Way
from evidence_engine.vocabulary.plant import Plant


def ways_of(config: CollectorConfig) -> list[Way]:
    """Webhook and e-mail, those that are configured. BadInput where a secret is not there."""
    told, ways = config.notices, []
    if told.webhook is not None:
        hook, secret = told.webhook, config.secret("notices.webhook.secret", told.webhook.secret)
        ways.append(Way("webhook", lambda notice: webhook.post(hook, secret, notice)))
    if told.mail is not None:
        letter, password = told.mail, config.secret("notices.mail.password", told.mail.password)
        ways.append(Way("mail", lambda notice: mail.send(letter, password, notice)))
    return ways


def sending_of(config: CollectorConfig, plant: Plant, board: LiveBoard) -> Sending:
    """The loop that tells them."""

    def wording(clause: str) -> Mapping[str, str]:
        row = None if board.model is None else board.model.clauses.get(clause)
        return {"zh": "", "en": ""} if row is None else {"zh": row.zh, "en": row.en}

    return Sending(board.journal, config.notices, plant.site.id, ways_of(config), board.score, wording)
