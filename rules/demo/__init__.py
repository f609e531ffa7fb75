"""The demo: a department's quarter at the real desk, and a careless office's log that the desk never saw."""

from rules.demo.errors import ForeignFiles
from rules.demo.result import Demo, Files
from rules.demo.run import run_demo

__all__ = ["Demo", "Files", "ForeignFiles", "run_demo"]
