"""What all tests share: no example of hypothesis fails for being slow; a busy machine is no wrong answer."""

from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
