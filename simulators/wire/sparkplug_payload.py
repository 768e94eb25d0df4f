"""The Sparkplug B payload as protocol buffers, its descriptor laid down in code (no generated module)."""

from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

INT32, UINT64, DOUBLE, BOOLEAN, STRING, DATE_TIME, INT64 = 3, 8, 10, 11, 12, 13, 4

_FIELD = descriptor_pb2.FieldDescriptorProto
_METRIC = [
    ("name", 1, _FIELD.TYPE_STRING), ("alias", 2, _FIELD.TYPE_UINT64), ("timestamp", 3, _FIELD.TYPE_UINT64),
    ("datatype", 4, _FIELD.TYPE_UINT32), ("is_historical", 5, _FIELD.TYPE_BOOL),
    ("is_transient", 6, _FIELD.TYPE_BOOL), ("is_null", 7, _FIELD.TYPE_BOOL),
]  # fmt: skip
_VALUES = [
    ("int_value", 10, _FIELD.TYPE_UINT32), ("long_value", 11, _FIELD.TYPE_UINT64),
    ("float_value", 12, _FIELD.TYPE_FLOAT), ("double_value", 13, _FIELD.TYPE_DOUBLE),
    ("boolean_value", 14, _FIELD.TYPE_BOOL), ("string_value", 15, _FIELD.TYPE_STRING),
]  # fmt: skip
_HOLDERS = {
    INT32: "int_value", INT64: "long_value", UINT64: "long_value", DOUBLE: "double_value",
    BOOLEAN: "boolean_value", STRING: "string_value", DATE_TIME: "long_value",
}  # fmt: skip


@dataclass(frozen=True)
class Metric:
    """One metric; `name` and `alias` as the message kind asks, `ts_ms` UTC ms, `value` None for null."""

    datatype: int
    value: float | str | bool | None
    name: str | None = None
    alias: int | None = None
    ts_ms: int | None = None


@dataclass(frozen=True)
class Payload:
    """A message; `seq` None where the kind has none (NDEATH)."""

    metrics: tuple[Metric, ...]
    ts_ms: int | None = None
    seq: int | None = None

    def encode(self) -> bytes:
        message = _PAYLOAD()
        if self.ts_ms is not None:
            message.timestamp = self.ts_ms
        if self.seq is not None:
            message.seq = self.seq
        for metric in self.metrics:
            _fill(message.metrics.add(), metric)
        data: bytes = message.SerializeToString()
        return data


def decode(data: bytes) -> Payload:
    """Raises google.protobuf.message.DecodeError where the bytes are no payload."""
    message = _PAYLOAD.FromString(data)
    metrics = tuple(_metric(each) for each in message.metrics)
    return Payload(metrics, _given(message, "timestamp"), _given(message, "seq"))


def _fill(target: Any, metric: Metric) -> None:
    target.datatype = metric.datatype
    for field, value in (("name", metric.name), ("alias", metric.alias), ("timestamp", metric.ts_ms)):
        if value is not None:
            setattr(target, field, value)
    if metric.value is None:
        target.is_null = True
    elif metric.datatype == INT32:
        target.int_value = int(metric.value) & 0xFFFFFFFF
    elif metric.datatype in (INT64, UINT64, DATE_TIME):
        target.long_value = int(metric.value) & 0xFFFFFFFFFFFFFFFF
    else:
        setattr(target, _HOLDERS[metric.datatype], metric.value)


def _metric(message: Any) -> Metric:
    holder = message.WhichOneof("value")
    value = getattr(message, holder) if holder and not message.is_null else None
    return Metric(
        message.datatype,
        value,
        _given(message, "name"),
        _given(message, "alias"),
        _given(message, "timestamp"),
    )


def _given(message: Any, field: str) -> Any:
    return getattr(message, field) if message.HasField(field) else None


def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="simulated_sparkplug_b.proto", package="org.eclipse.tahu.protobuf"
    )
    payload = file.message_type.add(name="Payload")
    metric = payload.nested_type.add(name="Metric")
    metric.oneof_decl.add(name="value")
    for name, number, kind in _METRIC:
        metric.field.add(name=name, number=number, type=kind, label=_FIELD.LABEL_OPTIONAL)
    for name, number, kind in _VALUES:
        metric.field.add(name=name, number=number, type=kind, label=_FIELD.LABEL_OPTIONAL, oneof_index=0)
    payload.field.add(name="timestamp", number=1, type=_FIELD.TYPE_UINT64, label=_FIELD.LABEL_OPTIONAL)
    payload.field.add(
        name="metrics", number=2, type=_FIELD.TYPE_MESSAGE, label=_FIELD.LABEL_REPEATED,
        type_name=".org.eclipse.tahu.protobuf.Payload.Metric",
    )  # fmt: skip
    payload.field.add(name="seq", number=3, type=_FIELD.TYPE_UINT64, label=_FIELD.LABEL_OPTIONAL)
    pool = (
        descriptor_pool.DescriptorPool()
    )  # a pool of its own: a reader in the same process may lay down the same names
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("org.eclipse.tahu.protobuf.Payload"))


_PAYLOAD = _payload_class()
