import django.db.models.deletion
import zhiyin.domain.conversations.types
import zhiyin.kit.ids
import zhiyin.storage.fields
import zhiyin.storage.tenancy
from django.db import migrations, models

from zhiyin.storage.migrations import OwnByBrand


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audience', '0001_initial'),
        ('brands', '0001_initial'),
        ('catalog', '0001_initial'),
        ('kocs', '0001_initial'),
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('chips_sealed', zhiyin.storage.fields.SealedField()),
                ('words_sealed', zhiyin.storage.fields.SealedField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('answered', 'answered'), ('declined', 'declined'), ('expired', 'expired'), ('withdrawn', 'withdrawn')], max_length=9)),
                ('asked_at', models.DateTimeField()),
                ('waits_until', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('decline_reason', models.CharField(blank=True, choices=[('not_like_me', 'not_like_me'), ('not_my_field', 'not_my_field'), ('no_time', 'no_time'), ('uncomfortable', 'uncomfortable')], max_length=13)),
                ('nobody_left_at', models.DateTimeField(null=True)),
                ('asker', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('instead_of', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.question')),
                ('koc', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kocs.kocprofile')),
                ('need', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audience.need')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'state', 'waits_until'], name='question_due'), models.Index(fields=['brand', 'koc', '-asked_at'], name='question_by_koc'), models.Index(fields=['brand', 'asker', '-asked_at'], name='question_by_asker')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', zhiyin.domain.conversations.types.QuestionState['WAITING'])), fields=('brand', 'need'), name='question_waits_once'), models.UniqueConstraint(condition=models.Q(('instead_of__isnull', False)), fields=('brand', 'instead_of'), name='question_passed_on_once'), models.UniqueConstraint(fields=('brand', 'need', 'koc'), name='question_per_koc_once')],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text_sealed', zhiyin.storage.fields.SealedField()),
                ('answered_at', models.DateTimeField()),
                ('is_ad', models.BooleanField(default=False)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('question', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.question')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'question'), name='answer_once')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=300)),
                ('reported_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(null=True)),
                ('resolution', models.CharField(blank=True, max_length=300)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('question', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.question')),
                ('reporter', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'question', 'reporter'), name='report_once')],
            },
        ),
        migrations.CreateModel(
            name='AnswerPick',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('answer', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.answer')),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('product', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'answer', 'position'), name='answer_pick_place_once'), models.CheckConstraint(condition=models.Q(('position__lt', 3)), name='answer_picks_three')],
            },
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('blocked_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('blocked', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('blocker', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('brand', 'blocker', 'blocked'), name='block_once')],
            },
        ),
        OwnByBrand(
            "Question",
            "Answer",
            "Report",
            "AnswerPick",
            "Block",
        ),
    ]
