"""Parts of scipy whose inline hints are wrong or missing, named once as untyped."""

from typing import Any

import scipy.ndimage
import scipy.sparse.csgraph

ndimage: Any = scipy.ndimage
csgraph: Any = scipy.sparse.csgraph
