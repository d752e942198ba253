import django.db.models.deletion
import zhiyin.domain.kocs.types
import zhiyin.kit.ids
import zhiyin.storage.fields
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import OwnByBrand


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('members', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='KocProfile',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('handle', models.CharField(max_length=40)),
                ('name_zh', models.CharField(max_length=40)),
                ('name_en', models.CharField(max_length=40)),
                ('city', models.CharField(blank=True, max_length=40)),
                ('persona_zh', models.TextField(blank=True)),
                ('persona_en', models.TextField(blank=True)),
                ('good_at', models.JSONField(default=dict)),
                ('topics', models.JSONField(default=list)),
                ('facts_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('weekly_capacity', models.PositiveSmallIntegerField(default=5)),
                ('can_earn_since', models.DateTimeField(null=True)),
                ('is_demo', models.BooleanField(default=False)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'handle'), name='koc_handle_once'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('brand', 'member'), name='koc_once')],
            },
        ),
        migrations.CreateModel(
            name='KocAway',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('koc', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kocs.kocprofile')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='koc_away_ends')],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('follow_for', models.CharField(choices=[('body', 'body'), ('style', 'style')], max_length=5)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('koc', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kocs.kocprofile')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'koc', 'follow_for'], name='follow_by_koc')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('brand', 'member', 'koc', 'follow_for'), name='follow_once')],
            },
        ),
        migrations.CreateModel(
            name='KocApplication',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('statement', models.TextField()),
                ('good_at', models.JSONField()),
                ('show_ids', models.JSONField(default=list)),
                ('weekly_capacity', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], max_length=9)),
                ('applied_at', models.DateTimeField()),
                ('score', models.JSONField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('decided_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'state', 'applied_at'], name='koc_application_queue')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', zhiyin.domain.kocs.types.ApplicationState['OPEN'])), fields=('brand', 'member'), name='koc_application_once')],
            },
        ),
        OwnByBrand(
            "KocProfile",
            "KocAway",
            "Follow",
            "KocApplication",
        ),
    ]
