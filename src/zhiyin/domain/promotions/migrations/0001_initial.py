import django.contrib.postgres.fields
import django.db.models.deletion
import zhiyin.kit.ids
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import AppendOnly, OwnByBrand


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('catalog', '0002_stock_holds'),
        ('members', '0005_reads_by_what_was_opened'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('group_buy', 'group_buy'), ('flash', 'flash'), ('coupon', 'coupon'), ('trial', 'trial')], max_length=10)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(max_length=60)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('store_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('deliveries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=list, size=None)),
                ('is_for_new_customers', models.BooleanField(default=False)),
                ('most_uses', models.PositiveIntegerField(null=True)),
                ('per_person', models.PositiveIntegerField(null=True)),
                ('used', models.PositiveIntegerField(default=0)),
                ('price_fen', models.BigIntegerField(null=True)),
                ('takes_coupons', models.BooleanField(default=True)),
                ('seats', models.PositiveSmallIntegerField(null=True)),
                ('open_hours', models.PositiveSmallIntegerField(null=True)),
                ('most_pieces', models.PositiveSmallIntegerField(null=True)),
                ('off_fen', models.BigIntegerField(null=True)),
                ('off_bps', models.PositiveIntegerField(null=True)),
                ('most_off_fen', models.BigIntegerField(null=True)),
                ('from_fen', models.BigIntegerField(default=0)),
                ('categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), default=list, size=None)),
                ('is_stackable', models.BooleanField(default=True)),
                ('is_claimable', models.BooleanField(default=False)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'kind', 'starts_at'], name='promotion_by_kind')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('brand', 'code'), name='coupon_code_once'), models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='promotion_has_a_window'), models.CheckConstraint(condition=models.Q(('most_uses__isnull', True), ('used__lte', models.F('most_uses')), _connector='OR'), name='promotion_not_used_up_twice'), models.CheckConstraint(condition=models.Q(('price_fen__gt', 0), models.Q(('kind', 'coupon'), ('price_fen__isnull', True)), _connector='OR'), name='promotion_priced_by_kind'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'group_buy'), ('open_hours__gte', 1), ('seats__gte', 2)), models.Q(models.Q(('kind', 'group_buy'), _negated=True), ('seats__isnull', True)), _connector='OR'), name='group_buy_needs_company'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'coupon'), _negated=True), models.Q(('off_bps__isnull', True), ('off_fen__gt', 0)), models.Q(('off_bps__gt', 0), ('off_bps__lte', 10000), ('off_fen__isnull', True)), _connector='OR'), name='coupon_off_one_way'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'trial'), _negated=True), ('per_person', 1), _connector='OR'), name='trial_once_per_person')],
            },
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('price_fen', models.BigIntegerField()),
                ('seats', models.PositiveSmallIntegerField()),
                ('seats_taken', models.PositiveSmallIntegerField(default=0)),
                ('seats_paid', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('open', 'open'), ('won', 'won'), ('lost', 'lost')], max_length=4)),
                ('opened_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('won_by_order_id', models.UUIDField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('opened_by', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('group_buy', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promotions.promotion')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['brand', 'closes_at', 'id'], name='group_closing')],
                'constraints': [models.CheckConstraint(condition=models.Q(('seats__gte', 2)), name='group_needs_company'), models.CheckConstraint(condition=models.Q(('seats_taken__lte', models.F('seats'))), name='group_not_overfull'), models.CheckConstraint(condition=models.Q(('seats_paid__lte', models.F('seats_taken'))), name='group_paid_had_a_seat'), models.CheckConstraint(condition=models.Q(models.Q(('seats_paid', models.F('seats')), ('state', 'won')), models.Q(models.Q(('state', 'won'), _negated=True), ('seats_paid__lt', models.F('seats'))), _connector='OR'), name='group_won_when_all_paid'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'lost'), _negated=True), ('seats_taken', 0), _connector='OR'), name='group_lost_is_empty')],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('claimed_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('promotion', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promotions.promotion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'member', 'promotion'), name='coupon_claimed_once')],
            },
        ),
        migrations.CreateModel(
            name='PromotionMove',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('act', models.CharField(max_length=8)),
                ('said', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('promotion', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promotions.promotion')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PromotionSku',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('promotion', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promotions.promotion')),
                ('sku', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'promotion', 'sku'), name='promotion_sku_once')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('state', models.CharField(choices=[('taken', 'taken'), ('paid', 'paid'), ('left', 'left')], max_length=5)),
                ('left_as', models.CharField(blank=True, choices=[('unpaid', 'unpaid'), ('returned', 'returned'), ('lost', 'lost'), ('late', 'late')], max_length=8)),
                ('taken_at', models.DateTimeField()),
                ('paid_at', models.DateTimeField(null=True)),
                ('left_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('group', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promotions.group')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'order_id'), name='seat_once_for_an_order'), models.UniqueConstraint(condition=models.Q(('state__in', ['taken', 'paid'])), fields=('brand', 'group', 'member'), name='seat_once_for_a_member'), models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', True), ('state', 'taken')), models.Q(('paid_at__isnull', False), ('state', 'paid')), models.Q(('left_at__isnull', False), ('state', 'left'), models.Q(('left_as', ''), _negated=True)), _connector='OR'), name='seat_state_says_so')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('used', models.PositiveIntegerField()),
                ('most', models.PositiveIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('promotion', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promotions.promotion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'promotion', 'member'), name='promotion_tally_once'), models.CheckConstraint(condition=models.Q(('used__lte', models.F('most'))), name='promotion_tally_kept')],
            },
        ),
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('pieces', models.PositiveIntegerField()),
                ('used_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('promotion', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promotions.promotion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'order_id', 'promotion'), name='promotion_used_once_by_order'), models.CheckConstraint(condition=models.Q(('pieces__gt', 0)), name='promotion_use_has_pieces')],
            },
        ),
        migrations.CreateModel(
            name='CodeTry',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('hour', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'member', 'hour'), name='code_tries_once')],
            },
        ),
        OwnByBrand(
            "Promotion",
            "PromotionSku",
            "PromotionMove",
            "Claim",
            "CodeTry",
            "Use",
            "Tally",
            "Group",
            "Seat",
        ),
        AppendOnly("PromotionMove"),
    ]
