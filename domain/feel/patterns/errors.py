"""What can be wrong with a pattern."""


class PatternError(ValueError):
    """The text is not a regular expression of XPath; the message is a sentence."""
