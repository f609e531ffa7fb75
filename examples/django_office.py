"""A one-stop-shop office inside Django: one `atomic()` block keeps the host's row and the event, or neither.

DATABASE_URL=postgresql+psycopg://… python django_office.py runserver
"""

import os
import sys
import uuid
from dataclasses import asdict

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST
from sqlalchemy import make_url

from dossier import Desk, NotAllowed
from dossier.roles import Roster
from dossier.stores.lending import lent
from dossier.stores.tables import TABLES

url = make_url(os.environ["DATABASE_URL"])
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": url.query.get("host", url.host or ""),
            "PORT": url.port or "",
            "NAME": url.database,
            "USER": url.username or "",
            "PASSWORD": url.password or "",
        }
    },
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ.get("SECRET_KEY", "only for trying it out"),
    USE_TZ=True,
)
django.setup()

roster = Roster.of({"NV-01": ["intake_officer"]})


class Applicant(models.Model):
    """Who an applicant is: the host's table. The desk only ever sees the pseudonym."""

    identity_number = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=200)
    pseudonym = models.UUIDField(default=uuid.uuid4, unique=True)

    class Meta:  # noqa: D106  # Django's
        app_label = "office"

    def __str__(self) -> str:
        """As it stands in the event log."""
        return str(self.pseudonym)


def create_tables() -> None:
    """Create the tables; in production: migrations, and `motcua db upgrade`."""
    with transaction.atomic(), connection.schema_editor() as editor:
        editor.create_model(Applicant)
        TABLES.metadata.create_all(lent(connection))


@require_POST
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Receive a dossier: the applicant's row and the event stand or fall together."""
    form = request.POST
    try:
        with transaction.atomic():
            applicant, _ = Applicant.objects.get_or_create(
                identity_number=form["identity_number"], defaults={"name": form["name"]}
            )
            dossier = Desk(connection, roles=roster).do(
                code,
                "receive",
                actor=request.headers.get("X-Officer"),  # stands for your sign-in; never trust a header for it
                key=request.headers.get("Idempotency-Key"),
                applicant=str(applicant),
                procedure=form.get("procedure"),
                limit=form.get("limit"),
                slip=form.get("slip"),
            )
    except NotAllowed as error:
        return JsonResponse({"reasons": [asdict(reason) for reason in error.reasons]}, status=409)
    return JsonResponse({"code": dossier.code, "state": dossier.state, "promised": dossier.promised})


urlpatterns = [path("dossiers/<str:code>/receive", receive)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
