"""The Sparkplug B payload: message classes built from the field numbers of the specification, and what values mean."""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

_Field = descriptor_pb2.FieldDescriptorProto
_U32, _U64, _BOOL = _Field.TYPE_UINT32, _Field.TYPE_UINT64, _Field.TYPE_BOOL
_FLOAT, _DOUBLE, _TEXT, _BYTES = _Field.TYPE_FLOAT, _Field.TYPE_DOUBLE, _Field.TYPE_STRING, _Field.TYPE_BYTES

# name: (number, type or message), the members of `value` apart; DataSet, Template and Extension stay undecoded
_PROPERTY_VALUE = {
    "int_value": (3, _U32), "long_value": (4, _U64), "float_value": (5, _FLOAT), "double_value": (6, _DOUBLE),
    "boolean_value": (7, _BOOL), "string_value": (8, _TEXT),
}  # fmt: skip
_METRIC = {
    "name": (1, _TEXT), "alias": (2, _U64), "timestamp": (3, _U64), "datatype": (4, _U32),
    "is_historical": (5, _BOOL), "is_transient": (6, _BOOL), "is_null": (7, _BOOL),
}  # fmt: skip
_METRIC_VALUE = {
    "int_value": (10, _U32), "long_value": (11, _U64), "float_value": (12, _FLOAT), "double_value": (13, _DOUBLE),
    "boolean_value": (14, _BOOL), "string_value": (15, _TEXT), "bytes_value": (16, _BYTES),
}  # fmt: skip

_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}  # Int8 … Int64: they travel as unsigned, in two's complement
_UNSIGNED = {5: 8, 6: 16, 7: 32, 8: 64}
DATE_TIME = 13
QUALITY = "Quality"
BD_SEQ = "bdSeq"
REBIRTH = "Node Control/Rebirth"
_BOOLEAN_TYPE = 11


def _add_message(
    file: Any, name: str, fields: dict[str, tuple[int, int]], value: dict[str, tuple[int, int]]
) -> Any:
    message = file.message_type.add(name=name)
    if value:
        message.oneof_decl.add(name="value")
    for field, (number, kind) in fields.items():
        message.field.add(name=field, number=number, type=kind, label=_Field.LABEL_OPTIONAL)
    for field, (number, kind) in value.items():
        message.field.add(name=field, number=number, type=kind, label=_Field.LABEL_OPTIONAL, oneof_index=0)
    return message


def _refer(message: Any, name: str, number: int, other: str, *, repeated: bool) -> None:
    label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    message.field.add(
        name=name, number=number, type=_Field.TYPE_MESSAGE, type_name=f".sparkplug.{other}", label=label
    )


def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="sparkplug", syntax="proto2")
    _add_message(file, "PropertyValue", {"type": (1, _U32), "is_null": (2, _BOOL)}, _PROPERTY_VALUE)
    properties = _add_message(file, "PropertySet", {}, {})
    properties.field.add(name="keys", number=1, type=_TEXT, label=_Field.LABEL_REPEATED)
    _refer(properties, "values", 2, "PropertyValue", repeated=True)
    metric = _add_message(file, "Metric", _METRIC, _METRIC_VALUE)
    _refer(metric, "properties", 9, "PropertySet", repeated=False)
    payload = _add_message(
        file, "Payload", {"timestamp": (1, _U64), "seq": (3, _U64), "uuid": (4, _TEXT)}, {}
    )
    _refer(payload, "metrics", 2, "Metric", repeated=True)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("sparkplug.Payload"))


Payload = _payload_class()
"""`Payload()` makes one, `.SerializeToString()` writes it; proto2, so that a field that is absent can be told."""


def parse(data: bytes) -> Any | None:
    """A payload; None where the bytes are none."""
    try:
        return Payload.FromString(data)
    except DecodeError:
        return None


def value_of(metric: Any, datatype: int) -> object:
    """The value of a metric as its datatype means it; None for null, and for what is no scalar."""
    which = metric.WhichOneof("value")
    if metric.is_null or which is None:
        return None
    raw = getattr(metric, which)
    if which not in ("int_value", "long_value"):
        return raw
    if datatype in _SIGNED:
        bits = _SIGNED[datatype]
        raw &= (1 << bits) - 1
        return raw - (1 << bits) if raw >> (bits - 1) else raw
    if datatype in _UNSIGNED:
        return raw & ((1 << _UNSIGNED[datatype]) - 1)
    return bool(raw) if datatype == _BOOLEAN_TYPE else raw


def quality_of(metric: Any) -> int:
    """By the property `Quality`: 192 … 255 good, 64 … 127 uncertain, all else (0 bad, 500 stale) bad; none: good."""
    keys = list(metric.properties.keys)
    if QUALITY not in keys:
        return 0
    at = keys.index(QUALITY)
    if at >= len(metric.properties.values):
        return 2
    held = metric.properties.values[at]
    code = held.long_value if held.HasField("long_value") else held.int_value
    return 0 if 192 <= code <= 255 else 1 if 64 <= code <= 127 else 2


def rebirth_request(now_ms: int) -> bytes:
    """The command that asks an edge node to state all its births again."""
    payload = Payload(timestamp=now_ms)
    payload.metrics.add(name=REBIRTH, datatype=_BOOLEAN_TYPE, boolean_value=True, timestamp=now_ms)
    data: bytes = payload.SerializeToString()
    return data
