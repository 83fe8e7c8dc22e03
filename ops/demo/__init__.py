"""The demonstration: cycle 2022 of the central bodies, played through the commands of the record."""
