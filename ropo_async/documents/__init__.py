"""Documents as PDF: fetched, previewed or created, in memory or on the disk."""

from ropo_async.documents._receiving import Progress
from ropo_async.documents.documents import MAX_BYTES, Documents
from ropo_async.documents.download import Document, Download, SavedDocument
from ropo_async.documents.saving import SaveFailure, SaveReport

__all__ = [
    "MAX_BYTES",
    "Document",
    "Documents",
    "Download",
    "Progress",
    "SaveFailure",
    "SaveReport",
    "SavedDocument",
]
