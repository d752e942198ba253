import django.db.models.deletion
import zhiyin.kit.ids
import zhiyin.storage.fields
import zhiyin.storage.tenancy
from django.db import migrations, models

from zhiyin.storage.migrations import OwnByBrand


class Migration(migrations.Migration):

    dependencies = [
        ('audience', '0002_need_heard'),
        ('brands', '0001_initial'),
        ('catalog', '0002_stock_holds'),
        ('conversations', '0002_first_looks'),
        ('members', '0005_reads_by_what_was_opened'),
    ]

    operations = [
        migrations.CreateModel(
            name='DecisionBoard',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('open', 'open'), ('closed', 'closed'), ('decided', 'decided')], max_length=7)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('link_sealed', zhiyin.storage.fields.SealedField()),
                ('link_index', models.BinaryField()),
                ('link_until', models.DateTimeField()),
                ('votes_taken', models.PositiveSmallIntegerField(default=0)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('need', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audience.need')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'link_index'), name='board_link_once'), models.UniqueConstraint(fields=('brand', 'need'), name='board_of_need_once'), models.CheckConstraint(condition=models.Q(('votes_taken__lte', 200)), name='board_not_full')],
            },
        ),
        migrations.CreateModel(
            name='BoardItem',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('chosen_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('product', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
                ('board', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.decisionboard')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'board', 'position'), name='board_item_place_once'), models.UniqueConstraint(fields=('brand', 'board', 'product'), name='board_item_once'), models.UniqueConstraint(condition=models.Q(('chosen_at__isnull', False)), fields=('brand', 'board'), name='board_chosen_once'), models.CheckConstraint(condition=models.Q(('position__lt', 3)), name='board_items_three')],
            },
        ),
        migrations.CreateModel(
            name='BoardVote',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('guest_key', models.UUIDField(null=True)),
                ('words_sealed', zhiyin.storage.fields.SealedField()),
                ('voted_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('item', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.boarditem')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('board', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.decisionboard')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('member__isnull', False)), fields=('brand', 'board', 'member'), name='board_vote_member_once'), models.UniqueConstraint(condition=models.Q(('guest_key__isnull', False)), fields=('brand', 'board', 'guest_key'), name='board_vote_guest_once'), models.CheckConstraint(condition=models.Q(('member__isnull', True), ('guest_key__isnull', True), _connector='OR'), name='board_vote_of_one'), models.CheckConstraint(condition=models.Q(('member__isnull', False), ('guest_key__isnull', False), _connector='OR'), name='board_vote_of_somebody')],
                'indexes': [models.Index(fields=['brand', 'guest_key'], name='board_vote_by_guest')],
            },
        ),
        OwnByBrand("DecisionBoard", "BoardItem", "BoardVote"),
    ]
