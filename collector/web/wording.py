"""The words of a score document: names of sub-domains, clauses' wording and weights, from the model that it names."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from collector.web.words import Lang
from evidence_engine.maturity import BadModel, Clause, Model, load_model


@dataclass(frozen=True, slots=True)
class Wording:
    """Looks words up by id; without the model's files (a score from elsewhere) the ids themselves are shown."""

    model: Model | None

    def subdomain(self, identity: str, lang: Lang) -> str:
        """`设备管理`."""
        nodes = () if self.model is None else self.model.file.subdomains
        found = next((node for node in nodes if node.id == identity), None)
        return identity if found is None else str(getattr(found, lang))

    def element(self, subdomain: str, lang: Lang) -> str:
        """`制造`, of the element that a sub-domain belongs to."""
        if self.model is None:
            return subdomain[0]
        domain = self._domain_of(subdomain)
        element = next((d.element for d in self.model.file.domains if d.id == domain), None)
        found = next((e for e in self.model.file.elements if e.id == element), None)
        return subdomain[0] if found is None else str(getattr(found, lang))

    def clause(self, identity: str, lang: Lang) -> str:
        """A clause in our own short wording."""
        found = self.row(identity)
        return "" if found is None else str(getattr(found, lang))

    def row(self, identity: str) -> Clause | None:
        """A clause's row of the model."""
        return None if self.model is None else self.model.clauses.get(identity)

    def order(self) -> list[str]:
        """The sub-domains in the model's order."""
        return [] if self.model is None else [node.id for node in self.model.file.subdomains]

    def weight(self, subdomain: str, industry: str) -> float:
        """A sub-domain's share of its level, 0 to 1, before anything is left out; 0 where it is not known."""
        if self.model is None or industry not in self.model.file.weights:
            return 0.0
        weights = self.model.file.weights[industry]
        domain = self._domain_of(subdomain)
        element = next((d.element for d in self.model.file.domains if d.id == domain), "") or ""
        parts = (
            weights.elements.get(element),
            weights.domains.get(domain),
            weights.subdomains.get(subdomain),
        )
        share = Fraction(1)
        for part in parts:
            share *= Fraction(part or 0) / 100
        return float(share)

    def _domain_of(self, subdomain: str) -> str:
        nodes = () if self.model is None else self.model.file.subdomains
        return next((node.domain or "" for node in nodes if node.id == subdomain), "")


@cache
def wording_of(model: str) -> Wording:
    """The words of a bundled model; none where the score names a model that is not bundled here."""
    try:
        return Wording(load_model(model))
    except BadModel:
        return Wording(None)
