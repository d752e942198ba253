import django.db.models.deletion
import zhiyin.domain.webhooks.types
import zhiyin.kit.ids
import zhiyin.storage.fields
import zhiyin.storage.tenancy
from django.db import migrations, models

from zhiyin.storage.migrations import OwnByBrand


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=500)),
                ('note', models.CharField(blank=True, max_length=80)),
                ('event_types', models.JSONField()),
                ('secret_sealed', zhiyin.storage.fields.SealedField()),
                ('former_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('former_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('failing_since', models.DateTimeField(null=True)),
                ('disabled_at', models.DateTimeField(null=True)),
                ('disabled_why', models.CharField(blank=True, choices=[('by_hand', 'by_hand'), ('failing', 'failing'), ('gone', 'gone')], max_length=8)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('disabled_at__isnull', True), models.Q(('disabled_why', ''), _negated=True), _connector='XOR'), name='webhook_off_says_why'), models.CheckConstraint(condition=models.Q(('former_sealed__isnull', True), ('former_until__isnull', False), _connector='XOR'), name='webhook_former_secret_ends')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('event_id', models.UUIDField()),
                ('event_type', models.CharField(max_length=80)),
                ('body', models.TextField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('delivered', 'delivered'), ('given_up', 'given_up')], max_length=9)),
                ('why', models.CharField(blank=True, choices=[('tries_used_up', 'tries_used_up'), ('endpoint_disabled', 'endpoint_disabled')], max_length=17)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('endpoint', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='webhooks.webhookendpoint')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', zhiyin.domain.webhooks.types.DeliveryState['WAITING'])), fields=['brand', 'endpoint', 'due_at'], name='webhook_delivery_due'), models.Index(fields=['brand', '-created_at'], name='webhook_delivery_newest')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'endpoint', 'event_id'), name='webhook_delivery_once'), models.CheckConstraint(condition=models.Q(('state', zhiyin.domain.webhooks.types.DeliveryState['WAITING']), ('due_at__isnull', True), _connector='XOR'), name='webhook_delivery_due_while_waiting'), models.CheckConstraint(condition=models.Q(('state', zhiyin.domain.webhooks.types.DeliveryState['GIVEN_UP']), ('why', ''), _connector='XOR'), name='webhook_delivery_given_up_says_why')],
            },
        ),
        migrations.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('took_ms', models.PositiveIntegerField()),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('failure', models.CharField(blank=True, choices=[('status', 'status'), ('redirected', 'redirected'), ('timeout', 'timeout'), ('connection', 'connection'), ('tls', 'tls'), ('no_address', 'no_address'), ('address_refused', 'address_refused')], max_length=15)),
                ('answer', models.TextField(blank=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('delivery', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='webhooks.webhookdelivery')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'delivery', 'number'), name='webhook_attempt_once')],
            },
        ),
        OwnByBrand(
            "WebhookEndpoint",
            "WebhookDelivery",
            "WebhookAttempt",
        ),
    ]
