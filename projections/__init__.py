"""Pure folds from events to read models: no input or output, no clock."""
