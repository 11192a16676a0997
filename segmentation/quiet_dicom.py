"""Read DICOM without libraries talking: their remarks quote values, and values name patients."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from pydicom import config


@contextmanager
def quiet_dicom() -> Iterator[None]:
    """Inside, pydicom and GDCM say nothing; what is not conformant but readable is read."""
    gdcm: Any = import_module("gdcm")
    for silence in (gdcm.Trace.DebugOff, gdcm.Trace.WarningOff, gdcm.Trace.ErrorOff):
        silence()
    logger, before = logging.getLogger("pydicom"), config.settings.reading_validation_mode
    loud = logger.disabled
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.disabled, config.settings.reading_validation_mode = True, config.IGNORE
        try:
            yield
        finally:
            logger.disabled, config.settings.reading_validation_mode = loud, before
