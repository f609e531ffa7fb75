"""Forms: which act issues which, what each must say on a given day, and its bytes as PDF or HTML."""

from dossier.forms.form import Form, fill
from dossier.forms.kinds import Forms, Version
from dossier.forms.office import OfficeProfile
from dossier.forms.rendering import Media, Rendered, render

__all__ = ["Form", "Forms", "Media", "OfficeProfile", "Rendered", "Version", "fill", "render"]
