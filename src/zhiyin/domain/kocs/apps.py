from django.apps import AppConfig


class KocsConfig(AppConfig):
    name = "zhiyin.domain.kocs"
    label = "kocs"
    default_auto_field = "django.db.models.BigAutoField"
