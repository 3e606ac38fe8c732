"""What is wrong with a text: as data, and as people read it."""

from turbo_yaml.diagnostics.diagnostic import Diagnostic, Related, Severity
from turbo_yaml.diagnostics.suggest import nearest

__all__ = ["Diagnostic", "Related", "Severity", "nearest"]
