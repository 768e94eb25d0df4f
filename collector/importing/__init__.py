"""History from files becomes batches: text, sheets and Parquet, long and wide, with or without a mapping file (D29)."""

from collector.importing.importer import ImportReport, import_file, preview
from collector.importing.mapping import Mapping
from collector.importing.reading import Reading
from collector.importing.rejects import Reject, Rejects

__all__ = ["ImportReport", "Mapping", "Reading", "Reject", "Rejects", "import_file", "preview"]
