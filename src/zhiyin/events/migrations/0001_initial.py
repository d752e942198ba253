import django.db.models.deletion
import zhiyin.kit.ids
from django.db import migrations, models

from zhiyin.storage.migrations import AppendOnly, OwnByBrand


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('payload', models.JSONField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'name', 'at'], name='event_by_name')],
            },
        ),
        OwnByBrand(
            "Event",
        ),
        AppendOnly("Event"),
    ]
