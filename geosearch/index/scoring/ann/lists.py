"""Inverted lists in a file that is mapped: any number of processes share its pages.

FAISS reads FastScan lists into private memory whatever flag is given. Here each list is its padded
codes and its ids, 64-byte aligned, and FAISS's own on-disk container looks at them where they lie.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.files.faults import damaged, means_too_many_files, too_many_files
from geosearch.index.files.own_files import require_file
from geosearch.index.scoring.ann.codes import code_bytes

BLOCK_ROWS = 32
"""Rows that FastScan packs together; a list's codes are padded to whole blocks."""
_ALIGN = 64


def offsets_of(sizes: NDArray[np.int64], row_bytes: int) -> NDArray[np.int64]:
    """Return where each list begins and where the file ends, int64 [lists + 1]."""
    lengths = _capacity(sizes) * row_bytes + 8 * _capacity(sizes)
    return np.concatenate([[0], np.cumsum(-(-lengths // _ALIGN) * _ALIGN)]).astype(np.int64)


def _capacity(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return -(-sizes // BLOCK_ROWS) * BLOCK_ROWS


def write_lists(path: Path, index: Any) -> None:
    """Write the lists of a FAISS FastScan index."""
    import faiss

    inverted = index.invlists
    per_row = code_bytes(index.pq.M)
    sizes = list_sizes(index)
    offsets = offsets_of(sizes, per_row)
    with path.open("wb") as file:
        for number, size in enumerate(sizes.tolist()):
            file.write(bytes(int(offsets[number]) - file.tell()))
            if not size:
                continue
            stored = int(_capacity(np.array(size))) * per_row
            file.write(faiss.rev_swig_ptr(inverted.get_codes(number), stored).tobytes())
            file.write(faiss.rev_swig_ptr(inverted.get_ids(number), size).tobytes())
        file.write(bytes(int(offsets[-1]) - file.tell()))


def list_sizes(index: Any) -> NDArray[np.int64]:
    """Return the rows in each list of a FAISS index, int64 [lists]."""
    sizes = [index.invlists.list_size(number) for number in range(index.nlist)]
    return np.array(sizes, dtype=np.int64)


def map_lists(path: Path, sizes: NDArray[np.int64], row_bytes: int) -> Any:
    """Map a file of lists read-only, as a FAISS container; whoever uses it must keep it alive.

    Raises:
        IndexFolderError: The file is missing, or has another size than such lists take.
    """
    import faiss

    offsets = offsets_of(sizes, row_bytes)
    require_file(path, int(offsets[-1]))
    lists: Any = faiss.OnDiskInvertedLists()
    lists.read_only = True
    # the default starts 32 threads a search, which read what is in memory anyway
    lists.prefetch_nthread = 0
    lists.filename = str(path)
    lists.nlist, lists.code_size = len(sizes), row_bytes
    lists.totsize = int(offsets[-1])
    lists.lists.resize(len(sizes))
    # `at` gives a copy: the records (size, capacity, offset) are written where they lie
    records = np.stack([sizes, _capacity(sizes), offsets[:-1]], axis=1).astype(np.uint64)
    faiss.memcpy(lists.lists.data(), faiss.swig_ptr(records), records.nbytes)
    try:
        lists.do_mmap()
    except RuntimeError as error:  # FAISS opens the file itself
        raise too_many_files(path) if means_too_many_files(error) else damaged(path) from error
    return lists
