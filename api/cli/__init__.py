"""The command line: what people and scripts ask of the record."""
