import django.db.models.deletion
import django.db.models.expressions
import zhiyin.kit.ids
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import AppendOnly, OwnByBrand

SHELF = """
    CREATE VIEW catalog_shelf WITH (security_invoker = true) AS
    SELECT stock.brand_id, stock.sku_id, stock.store_id, stock.on_hand,
           stock.held + taken.units AS held,
           stock.on_hand - stock.held - taken.units AS for_sale,
           stock.by_unit_since IS NOT NULL AS by_unit
    FROM catalog_stock stock, LATERAL (
        SELECT CASE WHEN stock.by_unit_since IS NULL THEN 0 ELSE (
            SELECT count(*) FROM catalog_stockunit unit
            WHERE unit.brand_id = stock.brand_id AND unit.sku_id = stock.sku_id
              AND unit.store_id = stock.store_id AND unit.hold_id IS NOT NULL
        ) END AS units
    ) taken
"""


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0001_initial'),
        ('catalog', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StockHold',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('cause', models.CharField(max_length=80)),
                ('line', models.PositiveSmallIntegerField()),
                ('quantity', models.PositiveIntegerField()),
                ('handed_over', models.PositiveIntegerField(default=0)),
                ('taken_back', models.PositiveIntegerField(default=0)),
                ('released', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('held', 'held'), ('kept', 'kept'), ('handed_over', 'handed_over'), ('released', 'released')], max_length=12)),
                ('release_reason', models.CharField(blank=True, choices=[('cancelled', 'cancelled'), ('expired', 'expired'), ('refunded', 'refunded')], max_length=12)),
                ('expires_at', models.DateTimeField()),
                ('held_at', models.DateTimeField()),
                ('kept_at', models.DateTimeField(null=True)),
                ('handed_over_at', models.DateTimeField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('sku', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
                ('store', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.store')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'held')), fields=['brand', 'expires_at'], name='hold_expiring'), models.Index(condition=models.Q(('state__in', ['held', 'kept'])), fields=['brand', 'sku', 'store'], name='hold_alive')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'cause', 'line'), name='hold_line_once'), models.UniqueConstraint(fields=('brand', 'cause', 'sku', 'store'), name='hold_once_for_a_cause'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='hold_has_pieces'), models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('handed_over'), '+', models.F('released')))), name='hold_not_spent_twice'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['held', 'kept']), _negated=True), ('quantity__gt', django.db.models.expressions.CombinedExpression(models.F('handed_over'), '+', models.F('released'))), _connector='OR'), name='hold_alive_has_pieces'), models.CheckConstraint(condition=models.Q(('taken_back__lte', models.F('handed_over'))), name='hold_taken_back_had_left'), models.CheckConstraint(condition=models.Q(('kept_at__isnull', True), ('kept_at__lt', models.F('expires_at')), _connector='OR'), name='hold_kept_in_time'), models.CheckConstraint(condition=models.Q(('state__in', ['held', 'released']), ('kept_at__isnull', False), _connector='OR'), name='hold_leaves_once_kept')],
            },
        ),
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('stated', 'stated'), ('counted', 'counted'), ('adjusted', 'adjusted'), ('handed_over', 'handed_over'), ('taken_back', 'taken_back'), ('released', 'released')], max_length=12)),
                ('change', models.IntegerField()),
                ('released', models.PositiveIntegerField(default=0)),
                ('on_hand', models.PositiveIntegerField()),
                ('cause', models.CharField(blank=True, max_length=80)),
                ('key', models.CharField(blank=True, max_length=120)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('sku', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
                ('store', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.store')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'sku', 'at'], name='stockmove_by_sku')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('brand', 'key', 'kind', 'cause', 'sku', 'store'), name='stockmove_once_for_a_key')],
            },
        ),
        migrations.CreateModel(
            name='StockUnit',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('hold', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.stockhold')),
                ('sku', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
                ('store', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.store')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('hold__isnull', True)), fields=['brand', 'sku', 'store', 'id'], name='unit_free')],
            },
        ),
        migrations.AddField(
            model_name='stock',
            name='by_unit_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='stock',
            name='held',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name='stock',
            constraint=models.CheckConstraint(condition=models.Q(('held__gte', 0)), name='stock_held_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='stock',
            constraint=models.CheckConstraint(condition=models.Q(('held__lte', models.F('on_hand'))), name='stock_held_is_there'),
        ),
        OwnByBrand("StockHold", "StockUnit", "StockMove"),
        AppendOnly("StockMove"),
        migrations.RunSQL(SHELF, "DROP VIEW catalog_shelf"),
    ]
