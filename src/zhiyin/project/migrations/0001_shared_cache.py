"""The table of the cache that all workers share."""

from django.db import migrations

from zhiyin.storage.shared_cache import DROP_TABLE, MAKE_TABLE


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(MAKE_TABLE, DROP_TABLE)]
