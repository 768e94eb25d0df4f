"""Notices: that a clause's verdict changed, and by what, told by webhook and e-mail; nothing is lost in between."""
