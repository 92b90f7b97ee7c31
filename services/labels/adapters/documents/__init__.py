"""Return documents drawn here: a label as PDF or ZPL, a QR code as PNG.

Everything is a plain function of its arguments, bound by the processor and safe to run in a
worker process; the same arguments give the same bytes.
"""

from __future__ import annotations

from services.labels.adapters.documents.cn23 import cn23_pdf
from services.labels.adapters.documents.codes import CodeUnprintableError
from services.labels.adapters.documents.label import label_pdf
from services.labels.adapters.documents.label_zpl import label_zpl
from services.labels.adapters.documents.qr_image import qr_png

__all__ = ["CodeUnprintableError", "cn23_pdf", "label_pdf", "label_zpl", "qr_png"]
