import django.db.models.deletion
import django.db.models.expressions
import zhiyin.kit.ids
import zhiyin.storage.fields
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import AppendOnly, KeepMoves, NeverChanged, OwnByBrand


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0001_initial'),
        ('catalog', '0002_stock_holds'),
        ('members', '0005_reads_by_what_was_opened'),
        ('orders', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=20)),
                ('delivery', models.CharField(choices=[('pickup', 'pickup'), ('parcel', 'parcel')], max_length=8)),
                ('state', models.CharField(choices=[('unpaid', 'unpaid'), ('grouping', 'grouping'), ('paid', 'paid'), ('part_sent', 'part_sent'), ('sent', 'sent'), ('done', 'done'), ('closed', 'closed'), ('refunded', 'refunded')], max_length=10)),
                ('group_id', models.UUIDField(null=True)),
                ('list_goods_fen', models.BigIntegerField()),
                ('goods_fen', models.BigIntegerField()),
                ('freight_fen', models.BigIntegerField()),
                ('payable_fen', models.BigIntegerField()),
                ('explained', models.JSONField()),
                ('address_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('placed_at', models.DateTimeField()),
                ('pay_by', models.DateTimeField()),
                ('paid_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('close_reason', models.CharField(blank=True, choices=[('cancelled', 'cancelled'), ('expired', 'expired'), ('group_lost', 'group_lost'), ('sold_out', 'sold_out'), ('paid_late', 'paid_late')], max_length=10)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('store', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.store')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'member', '-placed_at'], name='order_of_member'), models.Index(fields=['brand', 'store', 'state', '-placed_at'], name='order_of_store'), models.Index(fields=['brand', '-placed_at'], name='order_newest'), models.Index(fields=['brand', 'group_id'], name='order_of_group'), models.Index(condition=models.Q(('state', 'unpaid')), fields=['brand', 'pay_by'], name='order_unpaid')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'number'), name='order_number_once'), models.CheckConstraint(condition=models.Q(('payable_fen', django.db.models.expressions.CombinedExpression(models.F('goods_fen'), '+', models.F('freight_fen'))), ('payable_fen__gt', 0)), name='order_adds_up'), models.CheckConstraint(condition=models.Q(('freight_fen__gte', 0), ('goods_fen__gte', 0), ('goods_fen__lte', models.F('list_goods_fen'))), name='order_never_dearer'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='order_closed_at'), models.CheckConstraint(condition=models.Q(('state__in', ['unpaid', 'closed']), ('paid_at__isnull', False), _connector='OR'), name='order_paid_at')],
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('look_id', models.UUIDField(null=True)),
                ('koc_id', models.UUIDField(null=True)),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('color', models.CharField(max_length=8)),
                ('size_label', models.CharField(max_length=12)),
                ('quantity', models.PositiveSmallIntegerField()),
                ('list_fen', models.BigIntegerField()),
                ('units', models.JSONField()),
                ('payable_fen', models.BigIntegerField()),
                ('refunded', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('sent', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('product', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
                ('sku', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'order', 'key'), name='order_line_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('refunded__lte', models.F('quantity')), ('sent__lte', models.F('quantity'))), name='order_line_pieces'), models.CheckConstraint(condition=models.Q(('payable_fen__gte', 0), ('payable_fen__lte', django.db.models.expressions.CombinedExpression(models.F('list_fen'), '*', models.F('quantity')))), name='order_line_never_dearer')],
            },
        ),
        migrations.CreateModel(
            name='OrderStep',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('move', models.CharField(choices=[('place', 'place'), ('pay', 'pay'), ('pay_in_group', 'pay_in_group'), ('win', 'win'), ('send_part', 'send_part'), ('send', 'send'), ('receive', 'receive'), ('collect', 'collect'), ('undo_collect', 'undo_collect'), ('close', 'close'), ('refund', 'refund'), ('refund_all', 'refund_all')], max_length=14)),
                ('state', models.CharField(choices=[('unpaid', 'unpaid'), ('grouping', 'grouping'), ('paid', 'paid'), ('part_sent', 'part_sent'), ('sent', 'sent'), ('done', 'done'), ('closed', 'closed'), ('refunded', 'refunded')], max_length=10)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'order', 'at', 'id'], name='order_history')],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=12)),
                ('state', models.CharField(choices=[('open', 'open'), ('paid', 'paid'), ('late', 'late'), ('closed', 'closed')], max_length=8)),
                ('amount_fen', models.BigIntegerField()),
                ('refunded_fen', models.BigIntegerField(db_default=0, default=0)),
                ('transaction_id', models.CharField(blank=True, max_length=64)),
                ('opened_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['brand', 'opened_at'], name='payment_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('transaction_id', ''), _negated=True), fields=('brand', 'provider', 'transaction_id'), name='payment_transaction_once'), models.UniqueConstraint(condition=models.Q(('state', 'paid')), fields=('brand', 'order'), name='payment_pays_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('refunded_fen__gte', 0), ('refunded_fen__lte', models.F('amount_fen'))), name='payment_not_refunded_twice'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'closed']), models.Q(('transaction_id', ''), _negated=True), _connector='OR'), name='payment_has_transaction')],
            },
        ),
        migrations.CreateModel(
            name='Pickup',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code_index', models.BinaryField(max_length=16)),
                ('code_sealed', zhiyin.storage.fields.SealedField()),
                ('made_at', models.DateTimeField()),
                ('collected_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('collected_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('store', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.store')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'code_index'), name='pickup_code_once'), models.UniqueConstraint(fields=('brand', 'order'), name='pickup_of_order_once')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('cause', models.CharField(max_length=80)),
                ('reason', models.CharField(max_length=200)),
                ('pieces', models.JSONField()),
                ('amount_fen', models.BigIntegerField()),
                ('freight_fen', models.BigIntegerField()),
                ('state', models.CharField(choices=[('granted', 'granted'), ('asked', 'asked'), ('done', 'done'), ('stuck', 'stuck')], max_length=8)),
                ('provider_refund_id', models.CharField(blank=True, max_length=64)),
                ('why_stuck', models.CharField(blank=True, max_length=80)),
                ('granted_at', models.DateTimeField()),
                ('next_try_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('payment', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.payment')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['granted', 'asked'])), fields=['brand', 'next_try_at'], name='refund_due')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'cause'), name='refund_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('freight_fen__gte', 0), ('freight_fen__lte', models.F('amount_fen'))), name='refund_above_zero')],
            },
        ),
        migrations.CreateModel(
            name='StrayReceipt',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=12)),
                ('payment_no', models.CharField(max_length=64)),
                ('transaction_id', models.CharField(max_length=64)),
                ('amount_fen', models.BigIntegerField()),
                ('why', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'provider', 'transaction_id'), name='stray_receipt_once')],
            },
        ),
        migrations.CreateModel(
            name='WrongCodes',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('hour', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'user', 'hour'), name='wrong_codes_once'), models.CheckConstraint(condition=models.Q(('tries__gte', 0), ('tries__lte', 30)), name='wrong_codes_capped')],
            },
        ),
        migrations.CreateModel(
            name='CartItem',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('guest_key', models.UUIDField(null=True)),
                ('look_id', models.UUIDField(null=True)),
                ('koc_id', models.UUIDField(null=True)),
                ('quantity', models.PositiveSmallIntegerField()),
                ('added_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('sku', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'guest_key'], name='cart_of_guest')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'member', 'guest_key', 'sku', 'look_id'), name='cart_item_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('guest_key__isnull', False), ('member__isnull', True)), models.Q(('guest_key__isnull', True), ('member__isnull', False)), _connector='OR'), name='cart_item_is_somebodys'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 99)), name='cart_item_has_pieces')],
            },
        ),
        migrations.CreateModel(
            name='FreightTerms',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('flat_fen', models.BigIntegerField()),
                ('free_from_fen', models.BigIntegerField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand',), name='freight_terms_once'), models.CheckConstraint(condition=models.Q(('flat_fen__gte', 0)), name='freight_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Heard',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=12)),
                ('notification_id', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'provider', 'notification_id'), name='heard_once')],
            },
        ),
        OwnByBrand(
            "CartItem",
            "Order",
            "OrderLine",
            "OrderStep",
            "Payment",
            "Heard",
            "StrayReceipt",
            "Refund",
            "Pickup",
            "WrongCodes",
            "FreightTerms",
        ),
        NeverChanged("OrderStep"),
        AppendOnly("Heard"),
        KeepMoves(
            "Order",
            [
                "done>paid",
                "done>refunded",
                "grouping>paid",
                "grouping>refunded",
                "paid>done",
                "paid>part_sent",
                "paid>refunded",
                "paid>sent",
                "part_sent>refunded",
                "part_sent>sent",
                "sent>done",
                "sent>refunded",
                "unpaid>closed",
                "unpaid>grouping",
                "unpaid>paid",
            ],
        ),
        KeepMoves(
            "Payment",
            [
                "closed>late",
                "open>closed",
                "open>late",
                "open>paid",
            ],
        ),
        KeepMoves(
            "Refund",
            [
                "asked>done",
                "asked>stuck",
                "granted>asked",
                "granted>done",
                "granted>stuck",
                "stuck>done",
                "stuck>granted",
            ],
        ),
    ]
