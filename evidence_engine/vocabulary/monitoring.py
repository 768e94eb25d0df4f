"""What a factory states about watching its equipment: limits, classes of alarms, what must be collected, how long is too long."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from evidence_engine.vocabulary.roles import ROLES, Kind, did_you_mean, role_of

AlarmClass = Literal["alarm", "warning", "none"]
Purpose = Literal["environment", "safety", "condition"]
Seconds = Annotated[float, Field(gt=0)]


def _a_role(name: str) -> str:
    role_of(name)
    return name


def _a_measured_role(name: str) -> str:
    if role_of(name).kind is not Kind.SAMPLED:
        measured = [role.name for role in ROLES.values() if role.kind is Kind.SAMPLED]
        raise ValueError(f"'{name}' is no measured quantity{did_you_mean(name, measured)}")
    return name


RoleName = Annotated[str, AfterValidator(_a_role)]
MeasuredRole = Annotated[str, AfterValidator(_a_measured_role)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Limit(_Written):
    """A limit of one measured quantity: above `high` or below `low` it is exceeded.

    purpose `environment`, `safety`: it counts in the figures of the environment; `condition`: it warns of a failure.
    """

    role: MeasuredRole
    high: float | None = None
    low: float | None = None
    """In the unit of the role."""
    purpose: Purpose = "environment"
    min_time: Seconds = 60.0
    """Seconds from which a stay outside counts as one exceedance."""

    @model_validator(mode="after")
    def _a_limit_at_all(self) -> "Limit":
        if self.high is None and self.low is None:
            raise ValueError(f"the limit of '{self.role}' states neither high nor low")
        if self.high is not None and self.low is not None and self.low > self.high:
            raise ValueError(f"the limit of '{self.role}' has low {self.low:g} above high {self.high:g}")
        return self


class Monitoring(_Written):
    """How alarms, warnings and batches are judged, in seconds of plant time. None of them is the standard's."""

    respond_within: Seconds = 7200.0
    """An alarm is followed by a work order if one is opened within this time after it was raised."""
    min_alarm: Seconds = 60.0
    """An alarm that stands shorter is none."""
    warning_horizon: Seconds = 86_400.0
    """A warning speaks for a failure that begins at most this long after it."""
    min_batch: Seconds = 300.0
    """A batch stays at least this long at a step: it bounds how many batches unknown time may hide."""
