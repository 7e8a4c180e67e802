import os
import sys

__version__ = "0.1.0"

# Settings of libraries, to be made before they are imported: they save a tenth of a run's CPU time.
# NumPy would start a thread per core to multiply matrices, which nothing here does.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Arrow's own pool gives memory back to the system after each batch, only to ask for it again; so does the
# system's malloc with large pieces.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc" if sys.platform == "linux" else "system")
