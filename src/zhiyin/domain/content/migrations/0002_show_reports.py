import django.db.models.deletion
import zhiyin.kit.ids
import zhiyin.storage.tenancy
from django.db import migrations, models

from zhiyin.storage.migrations import OwnByBrand


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0001_initial'),
        ('content', '0001_initial'),
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ShowReport',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=300)),
                ('reported_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(null=True)),
                ('resolution', models.CharField(blank=True, max_length=300)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('reporter', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('show', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='content.buyershow')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'show', 'reporter'), name='show_report_once')],
            },
        ),
        OwnByBrand("ShowReport"),
    ]
