"""One folder per protocol, each behind the same three verbs: connect, read, aclose. None can write to equipment."""
