import django.db.models.deletion
import zhiyin.kit.ids
import zhiyin.storage.fields
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import KeepMoves, NeverChanged, OwnByBrand


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0001_initial'),
        ('catalog', '0003_hand_over_undone'),
        ('members', '0005_reads_by_what_was_opened'),
        ('orders', '0003_refund_limits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('place', models.PositiveSmallIntegerField()),
                ('facts_sealed', zhiyin.storage.fields.SealedField()),
                ('is_default', models.BooleanField()),
                ('saved_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'member', 'place'), name='address_place'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('brand', 'member'), name='address_default'), models.CheckConstraint(condition=models.Q(('place__gte', 1), ('place__lte', 20)), name='address_book_full')],
            },
        ),
        migrations.CreateModel(
            name='AfterSaleCase',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('refund_only', 'refund_only'), ('return', 'return')], max_length=12)),
                ('reason', models.CharField(choices=[('no_reason', 'no_reason'), ('size', 'size'), ('quality', 'quality'), ('wrong_goods', 'wrong_goods'), ('not_as_shown', 'not_as_shown'), ('not_arrived', 'not_arrived'), ('other', 'other')], max_length=14)),
                ('going_back', models.CharField(blank=True, choices=[('', ''), ('parcel', 'parcel'), ('store', 'store')], max_length=8)),
                ('words_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('approved', 'approved'), ('waiting_goods', 'waiting_goods'), ('goods_sent', 'goods_sent'), ('goods_back', 'goods_back'), ('refunding', 'refunding'), ('refunded', 'refunded'), ('refused', 'refused'), ('escalated', 'escalated'), ('withdrawn', 'withdrawn'), ('lapsed', 'lapsed')], max_length=14)),
                ('turn', models.CharField(blank=True, choices=[('', ''), ('shopper', 'shopper'), ('brand', 'brand'), ('admin', 'admin'), ('provider', 'provider')], max_length=8)),
                ('deadline_at', models.DateTimeField(null=True)),
                ('amount_fen', models.BigIntegerField()),
                ('answer', models.CharField(blank=True, max_length=200)),
                ('carrier', models.CharField(blank=True, choices=[('sf', 'sf'), ('ems', 'ems'), ('jd', 'jd'), ('zto', 'zto'), ('yto', 'yto'), ('sto', 'sto'), ('yunda', 'yunda'), ('jt', 'jt'), ('other', 'other')], max_length=8)),
                ('tracking_no', models.CharField(blank=True, max_length=40)),
                ('goods_with_brand', models.BooleanField(db_default=False, default=False)),
                ('opened_at', models.DateTimeField()),
                ('escalated_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('refund', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.refund')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'turn', 'deadline_at'], name='case_clock'), models.Index(fields=['brand', '-opened_at'], name='case_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['refunding', 'refunded']), _negated=True), ('refund__isnull', False), _connector='OR'), name='case_names_its_refund'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'return'), models.Q(('going_back', ''), _negated=True)), models.Q(('going_back', ''), ('kind', 'refund_only')), _connector='OR'), name='case_goods_go_back')],
            },
        ),
        migrations.CreateModel(
            name='AfterSaleTerms',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('within_days', models.PositiveSmallIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand',), name='after_sale_terms_once'), models.CheckConstraint(condition=models.Q(('within_days__gte', 7), ('within_days__lte', 90)), name='after_sale_terms_lawful')],
            },
        ),
        migrations.CreateModel(
            name='CasePiece',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('quantity', models.PositiveSmallIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('case', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.aftersalecase')),
                ('line', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'case', 'line'), name='case_piece_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='case_piece_has_pieces')],
            },
        ),
        migrations.CreateModel(
            name='CaseStep',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('move', models.CharField(choices=[('ask', 'ask'), ('approve', 'approve'), ('refuse', 'refuse'), ('withdraw', 'withdraw'), ('await_goods', 'await_goods'), ('send_goods', 'send_goods'), ('take_goods', 'take_goods'), ('grant', 'grant'), ('arrive', 'arrive'), ('escalate', 'escalate'), ('lapse', 'lapse')], max_length=12)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('approved', 'approved'), ('waiting_goods', 'waiting_goods'), ('goods_sent', 'goods_sent'), ('goods_back', 'goods_back'), ('refunding', 'refunding'), ('refunded', 'refunded'), ('refused', 'refused'), ('escalated', 'escalated'), ('withdrawn', 'withdrawn'), ('lapsed', 'lapsed')], max_length=14)),
                ('at', models.DateTimeField()),
                ('deadline_at', models.DateTimeField(null=True)),
                ('by_member', models.BooleanField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('case', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.aftersalecase')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'case', 'at', 'id'], name='case_history')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceRequest',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('personal', 'personal'), ('company', 'company')], max_length=8)),
                ('facts_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('issued', 'issued'), ('refused', 'refused')], max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, max_length=200)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'state', 'asked_at'], name='invoice_waiting')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'order'), name='invoice_once')],
            },
        ),
        migrations.CreateModel(
            name='Parcel',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('carrier', models.CharField(choices=[('sf', 'sf'), ('ems', 'ems'), ('jd', 'jd'), ('zto', 'zto'), ('yto', 'yto'), ('sto', 'sto'), ('yunda', 'yunda'), ('jt', 'jt'), ('other', 'other')], max_length=8)),
                ('tracking_no', models.CharField(max_length=40)),
                ('sent_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('order', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'order', 'carrier', 'tracking_no'), name='parcel_once')],
            },
        ),
        migrations.CreateModel(
            name='ParcelLine',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('quantity', models.PositiveSmallIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('line', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline')),
                ('parcel', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.parcel')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'parcel', 'line'), name='parcel_line_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='parcel_line_has_pieces')],
            },
        ),
        migrations.AddField(
            model_name='orderline',
            name='claimed',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='orderline',
            name='withdrawn',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('refunded'), '+', models.F('claimed')))), name='order_line_claimed'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('sent'), '+', models.F('withdrawn'))), ('withdrawn__lte', models.F('refunded'))), name='order_line_sent'),
        ),
        OwnByBrand(
            "Parcel",
            "ParcelLine",
            "AfterSaleCase",
            "CasePiece",
            "CaseStep",
            "AfterSaleTerms",
            "Address",
            "InvoiceRequest",
        ),
        NeverChanged("ParcelLine", "CasePiece", "CaseStep"),
        KeepMoves(
            "AfterSaleCase",
            [
                "approved>refunding",
                "approved>waiting_goods",
                "asked>approved",
                "asked>refused",
                "asked>withdrawn",
                "escalated>approved",
                "escalated>refused",
                "escalated>withdrawn",
                "goods_back>refunding",
                "goods_sent>goods_back",
                "goods_sent>refused",
                "refunding>refunded",
                "refused>escalated",
                "waiting_goods>goods_back",
                "waiting_goods>goods_sent",
                "waiting_goods>lapsed",
                "waiting_goods>withdrawn",
            ],
        ),
        KeepMoves(
            "InvoiceRequest",
            [
                "asked>issued",
                "asked>refused",
                "refused>asked",
            ],
        ),
    ]
