from django.apps import AppConfig


class InterfacesConfig(AppConfig):
    name = "zhiyin.interfaces"
    label = "interfaces"
