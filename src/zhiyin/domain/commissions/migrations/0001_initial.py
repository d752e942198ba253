import django.db.models.deletion
import django.db.models.expressions
import zhiyin.kit.ids
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import KeepMoves, NeverChanged, OnlyColumns, OwnByBrand


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0003_kept_answers'),
        ('members', '0008_reads_of_address_books'),
        ('orders', '0009_wrong_codes_of_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LevelAcknowledgement',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('statement', models.TextField()),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('earner', models.CharField(choices=[('koc', 'koc'), ('staff', 'staff'), ('partner', 'partner')], max_length=7)),
                ('rate_bps', models.PositiveSmallIntegerField()),
                ('cap_fen', models.BigIntegerField(null=True)),
                ('second_bps', models.PositiveSmallIntegerField(null=True)),
                ('categories', models.JSONField(default=list)),
                ('window_days', models.PositiveSmallIntegerField()),
                ('created_at', models.DateTimeField()),
                ('switched_on_at', models.DateTimeField(null=True)),
                ('switched_off_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
        ),
        migrations.CreateModel(
            name='PlanMove',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('act', models.CharField(max_length=12)),
                ('said', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('plan', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.plan')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Promoter',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('earner', models.CharField(choices=[('koc', 'koc'), ('staff', 'staff'), ('partner', 'partner')], max_length=7)),
                ('koc_id', models.UUIDField(null=True)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('introduced_by', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.promoter')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Commission',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('level', models.PositiveSmallIntegerField()),
                ('base_fen', models.BigIntegerField()),
                ('rate_bps', models.PositiveSmallIntegerField()),
                ('amount_fen', models.BigIntegerField()),
                ('reversed_fen', models.BigIntegerField(default=0)),
                ('state', models.CharField(choices=[('pending', 'pending'), ('unlocked', 'unlocked'), ('payable', 'payable'), ('reversed', 'reversed')], max_length=8)),
                ('window_days', models.PositiveSmallIntegerField()),
                ('accrued_at', models.DateTimeField()),
                ('unlocked_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settlement_id', models.UUIDField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('line', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('plan', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.plan')),
                ('promoter', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.promoter')),
            ],
        ),
        migrations.CreateModel(
            name='Reversal',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('amount_fen', models.BigIntegerField()),
                ('debt_fen', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('commission', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.commission')),
            ],
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('commissions', models.PositiveIntegerField()),
                ('amount_fen', models.BigIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rate_bps__gte', 1), ('rate_bps__lte', django.db.models.expressions.CombinedExpression(models.Value(3000), '-', models.F('second_bps')))), models.Q(('rate_bps__gte', 1), ('rate_bps__lte', 3000), ('second_bps__isnull', True)), _connector='OR'), name='commission_plan_rate'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('second_bps__isnull', True), ('second_bps__gte', 1), _connector='OR'), name='commission_plan_second'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('cap_fen__isnull', True), ('cap_fen__gte', 1), _connector='OR'), name='commission_plan_cap'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('window_days__gte', 7), ('window_days__lte', 90)), name='commission_plan_window'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('switched_off_at__isnull', True), ('switched_on_at__isnull', False), _connector='OR'), name='commission_plan_off_after_on'),
        ),
        migrations.AddConstraint(
            model_name='promoter',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('brand', 'member'), name='promoter_once'),
        ),
        migrations.AddConstraint(
            model_name='promoter',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('brand', 'koc_id'), name='promoter_of_koc_once'),
        ),
        migrations.AddConstraint(
            model_name='promoter',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('brand', 'user'), name='promoter_of_account_once'),
        ),
        migrations.AddConstraint(
            model_name='promoter',
            constraint=models.CheckConstraint(condition=models.Q(('introduced_by__isnull', True), ('introduced_by__lt', models.F('id')), _connector='OR'), name='promoter_introduced_by_an_earlier_one'),
        ),
        migrations.AddIndex(
            model_name='commission',
            index=models.Index(condition=models.Q(('state', 'unlocked')), fields=['brand', 'member', 'id'], name='commission_unlocked'),
        ),
        migrations.AddConstraint(
            model_name='commission',
            constraint=models.UniqueConstraint(fields=('brand', 'order', 'line', 'promoter'), name='commission_of_line_once'),
        ),
        migrations.AddConstraint(
            model_name='commission',
            constraint=models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 2)), name='commission_level'),
        ),
        migrations.AddConstraint(
            model_name='commission',
            constraint=models.CheckConstraint(condition=models.Q(('rate_bps__gte', 1), ('rate_bps__lte', 3000)), name='commission_rate'),
        ),
        migrations.AddConstraint(
            model_name='commission',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gte', 1), ('amount_fen__lte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('base_fen'), '*', models.F('rate_bps')), '/', models.Value(10000)))), name='commission_within_its_rate'),
        ),
        migrations.AddConstraint(
            model_name='commission',
            constraint=models.CheckConstraint(condition=models.Q(('reversed_fen__gte', 0), ('reversed_fen__lte', models.F('amount_fen'))), name='commission_reversed_within'),
        ),
        migrations.AddConstraint(
            model_name='commission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settlement_id__isnull', False), ('state', 'payable')), ('state', 'reversed'), models.Q(('settlement_id__isnull', True), ('state__in', ['pending', 'unlocked'])), _connector='OR'), name='commission_settled_by_one'),
        ),
        migrations.AddConstraint(
            model_name='reversal',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gte', 1), ('debt_fen__gte', 0), ('debt_fen__lte', models.F('amount_fen'))), name='commission_reversal_sums'),
        ),
        OwnByBrand(
            "Plan", "PlanMove", "LevelAcknowledgement", "Promoter", "Settlement", "Commission",
            "Reversal",
        ),
        NeverChanged("PlanMove", "LevelAcknowledgement", "Settlement", "Reversal"),
        OnlyColumns("Promoter", ["until"]),
        OnlyColumns(
            "Commission",
            ["reversed_fen", "state", "unlocked_at", "due_at", "settled_at", "settlement_id"],
        ),
        KeepMoves(
            "Commission",
            [
                "pending>unlocked", "unlocked>pending", "unlocked>payable",
                "pending>reversed", "unlocked>reversed", "payable>reversed",
            ],
        ),
        # A settlement writes every index anew for each of its rows. Nobody looks commissions up
        # by plan, promoter or line, and the unique key finds those of an order.
        *(
            migrations.RunSQL(f"DROP INDEX commissions_commission_{column}_idx")
            for column in ("plan_id", "promoter_id", "order_id", "line_id")
        ),
    ]
