import django.db.models.deletion
import zhiyin.kit.ids
import zhiyin.storage.tenancy
from django.db import migrations, models

from zhiyin.storage.migrations import NeverChanged, OwnByBrand


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('cause', models.CharField(max_length=160)),
                ('legs', models.PositiveSmallIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'cause'), name='ledger_cause_once'), models.CheckConstraint(condition=models.Q(('legs__gte', 1)), name='ledger_entry_has_legs')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('leg', models.PositiveSmallIntegerField()),
                ('debit_kind', models.CharField(max_length=40)),
                ('debit_owner_id', models.UUIDField()),
                ('credit_kind', models.CharField(max_length=40)),
                ('credit_owner_id', models.UUIDField()),
                ('amount_fen', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('entry', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'debit_kind', 'debit_owner_id', 'at', 'id'], name='ledger_debits'), models.Index(fields=['brand', 'credit_kind', 'credit_owner_id', 'at', 'id'], name='ledger_credits')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'entry', 'leg'), name='ledger_leg_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='ledger_transfer_above_zero'), models.CheckConstraint(condition=models.Q(('debit_kind', models.F('credit_kind')), ('debit_owner_id', models.F('credit_owner_id')), _negated=True), name='ledger_transfer_between_two')],
            },
        ),
        migrations.CreateModel(
            name='Balance',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('owner_id', models.UUIDField()),
                ('balance_fen', models.BigIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'kind', 'owner_id'), name='ledger_balance_once'), models.CheckConstraint(condition=models.Q(('balance_fen__gte', 0)), name='ledger_balance_not_negative')],
            },
        ),
        OwnByBrand("Entry", "Transfer", "Balance"),
        NeverChanged("Entry", "Transfer"),
    ]
