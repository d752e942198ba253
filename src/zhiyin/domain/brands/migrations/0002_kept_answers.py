import django.db.models.deletion
import zhiyin.kit.ids
import zhiyin.storage.fields
from django.db import migrations, models

from zhiyin.storage.migrations import OwnByBrand


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('actor', models.CharField(max_length=80)),
                ('route', models.CharField(max_length=120)),
                ('key', models.CharField(max_length=255)),
                ('body_hash', models.BinaryField(max_length=32)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('answer_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'at'], name='kept_answer_by_age')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'actor', 'route', 'key'), name='kept_answer_once')],
            },
        ),
        OwnByBrand("KeptAnswer"),
    ]
