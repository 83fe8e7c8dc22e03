"""A methodology revision: the written rules of one year, as data that can be executed.

`Revision` is the immutable shape; `revision_of` reads and checks a document; `content_address` names it for ever.
Nothing here imports compiled code: an offline verifier carries this package.
"""

from domain.revision.document import RevisionError, canonical, content_address, revision_of
from domain.revision.model import (
    Column,
    Discontinued,
    Grade,
    Indicator,
    Input,
    MissingRule,
    Node,
    Penalty,
    Provenance,
    Revision,
    TieRule,
    Title,
)

__all__ = [
    "Column",
    "Discontinued",
    "Grade",
    "Indicator",
    "Input",
    "MissingRule",
    "Node",
    "Penalty",
    "Provenance",
    "Revision",
    "RevisionError",
    "TieRule",
    "Title",
    "canonical",
    "content_address",
    "revision_of",
]
