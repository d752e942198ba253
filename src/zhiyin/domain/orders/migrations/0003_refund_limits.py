import django.db.models.deletion
import zhiyin.kit.ids
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import OwnByBrand


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0001_initial'),
        ('orders', '0002_buying'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('done_at__isnull', False)), fields=['brand', 'store', '-done_at'], name='order_done_in_store'),
        ),
        migrations.CreateModel(
            name='RefundLimit',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('admin', 'admin'), ('operator', 'operator'), ('moderator', 'moderator'), ('manager', 'manager'), ('clerk', 'clerk'), ('auditor', 'auditor')], max_length=12)),
                ('most_fen', models.BigIntegerField(null=True)),
                ('set_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'role'), name='refund_limit_once'),
                    models.CheckConstraint(condition=models.Q(('most_fen__gte', 0)), name='refund_limit_not_negative'),
                ],
            },
        ),
        OwnByBrand("RefundLimit"),
    ]
