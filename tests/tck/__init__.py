"""Measures FEEL by the OMG's technology compatibility kit, of which nothing is kept here: its folder is given."""
