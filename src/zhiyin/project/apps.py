"""Every process that knows the settings knows who answers the ports: web, worker and command."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Wires the ports once the applications are loaded; Django's own place for that."""

    name = "zhiyin.project"

    def ready(self) -> None:
        from zhiyin.project import wiring  # noqa: F401 (importing it wires)
