"""What an uploaded file says: bytes in, structs out, no AWS.

Routes may import ``names``, ``refusals`` and ``shapes``. Only the ingestion job imports ``extracting``, which
loads lxml, pdfium and the rest.
"""
