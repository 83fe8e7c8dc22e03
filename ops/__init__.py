"""What runs and watches the record: composition root, settings, the demo."""
