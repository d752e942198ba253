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
            name='PaymentAccount',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(choices=[('wxpay', 'wxpay'), ('sandbox', 'sandbox')], max_length=8)),
                ('merchant_id', models.CharField(max_length=32)),
                ('app_id', models.CharField(max_length=32)),
                ('serial', models.CharField(blank=True, max_length=64)),
                ('private_key_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('api_key_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('app_secret_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('platform_keys', models.JSONField(default=list)),
                ('base_url', models.CharField(blank=True, max_length=200)),
                ('version', models.PositiveIntegerField(default=1)),
                ('active_since', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'provider', 'merchant_id', 'app_id'), name='payment_account_once'), models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('brand',), name='payment_account_one')],
            },
        ),
        OwnByBrand("PaymentAccount"),
    ]
