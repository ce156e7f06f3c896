"""How the tests are shared among the workers of pytest-xdist (``make test``).

A worker is given whole units. A unit is a file; or more, where many files share what is dear to start; or less, where
one file would keep a worker busy long after the others have ended. The longest are given out first.
"""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

_TOGETHER = ("tests/console",)
"""Folders that are one unit: they build the console, and share one gateway with a history and one browser."""
_BY_DATABASE = ("tests/admin",)
"""Folders that are one unit for each database: they share one gateway on each."""
_BY_TEST = ("tests/house/test_tools.py", "tests/e2e/test_money.py", "tests/e2e/test_secrets.py")
"""Files each of whose tests is a unit: there are few, and each takes long."""
_DATABASE = re.compile(r"\[(sqlite|postgresql)\b")
_SECONDS = {
    "tests/e2e/test_money.py::test_twenty_kills": 150.0,
    "tests/console": 150.0,
    "tests/admin": 60.0,
    "tests/formats/test_codecs.py": 60.0,
    "tests/house/test_tools.py": 40.0,
    "tests/e2e/test_money.py": 35.0,
    "tests/e2e": 20.0,
    "tests/formats/test_patch.py": 25.0,
    "tests/storage": 15.0,
}
"""About how long a unit takes whose name begins so, in seconds, the first that fits; only the order hangs on it."""
_SECONDS_A_TEST = 0.02


def unit(nodeid: str) -> str:
    """The unit a test belongs to."""
    file, _, test = nodeid.partition("::")
    folder = file.rpartition("/")[0]
    if folder in _TOGETHER:
        return folder
    if folder in _BY_DATABASE:
        found = _DATABASE.search(test)
        return f"{folder}[{found[1]}]" if found else folder
    return nodeid if file in _BY_TEST else file


def seconds(name: str, tests: int) -> float:
    """About how long a unit of so many tests takes."""
    known = (long for prefix, long in _SECONDS.items() if name.startswith(prefix))
    return next(known, 0.0) + tests * _SECONDS_A_TEST


class Sharing(LoadScopeScheduling):
    """Gives out whole units, the longest first."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        longest = max(self.workqueue, key=lambda name: seconds(name, len(self.workqueue[name])))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)
