"""What runs and watches the record: composition root, settings, the demo. `open_record` opens one for reading."""

from ops.wiring import open_record

__all__ = ["open_record"]
