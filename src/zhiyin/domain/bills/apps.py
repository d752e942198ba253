from django.apps import AppConfig


class BillsConfig(AppConfig):
    name = "zhiyin.domain.bills"
    label = "bills"
    default_auto_field = "django.db.models.BigAutoField"
