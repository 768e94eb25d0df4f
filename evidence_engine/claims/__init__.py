"""Claims: "OEE up 12 % since the project" against evidence: supported, contradicted or not decidable, with intervals."""

from evidence_engine.claims.claim import Claim, read_claims
from evidence_engine.claims.judge import judge, windows_of
from evidence_engine.claims.summary import summary

__all__ = ["Claim", "judge", "read_claims", "summary", "windows_of"]
