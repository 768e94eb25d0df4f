"""Which clauses an evidence record supports: the score document read from the other side."""

from collections.abc import Iterator, Mapping
from typing import Any


def supports_of(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Evidence id → [{"clause", "verdict", "because"}], in the order of the score document.

    The verdict is what the data said, also where a person's answer stands on top of it. A record that shows no sign of
    what its rule looks for (`not_assessed`) supports nothing.
    """
    supports: dict[str, list[dict[str, Any]]] = {}
    for clause in _clauses(document):
        said = clause.get("machine", clause)
        if said["verdict"] == "not_assessed":
            continue
        entry = {"clause": clause["id"], "verdict": said["verdict"], "because": said["because"]}
        for evidence in clause["evidence"]:
            supports.setdefault(evidence, []).append(entry)
    return supports


def _clauses(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for level in document["levels"]:
        for subdomain in level["subdomains"]:
            yield from subdomain["clauses"]
