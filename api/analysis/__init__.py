"""What analysts work with: the record as tables of polars, exact, and ready to be taken elsewhere.

`ops.open_record` opens a record; `Record` answers in `Table`s; `about_file` reads what an exported file says of itself;
`score_frame` and `score_file` score bodies by the million.
"""

from api.analysis.bulk import score_file, score_frame
from api.analysis.export import about_file
from api.analysis.record import Record
from api.analysis.tables import Table

__all__ = ["Record", "Table", "about_file", "score_file", "score_frame"]
