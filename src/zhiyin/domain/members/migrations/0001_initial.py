import django.db.models.deletion
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
            name='Member',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('nickname_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('joined_at', models.DateTimeField()),
                ('personalisation_off_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('merged_into', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('member_id', models.UUIDField()),
                ('asked_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'member_id'), name='erasure_once')],
            },
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('phone', 'phone'), ('openid', 'openid'), ('unionid', 'unionid'), ('wecom', 'wecom'), ('import', 'import')], max_length=8)),
                ('value_index', models.BinaryField(max_length=16)),
                ('value_sealed', zhiyin.storage.fields.SealedField()),
                ('linked_at', models.DateTimeField()),
                ('unlinked_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('unlinked_at__isnull', True)), fields=('brand', 'channel', 'value_index'), name='identity_once')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('body_facts', 'body_facts'), ('share_with_koc', 'share_with_koc'), ('marketing', 'marketing')], max_length=20)),
                ('text_version', models.CharField(max_length=20)),
                ('channel', models.CharField(max_length=20)),
                ('granted_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('brand', 'member', 'purpose'), name='consent_once')],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('moved', models.JSONField(default=dict)),
                ('merged_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('absorbed', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('survivor', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('survivor', models.F('absorbed')), _negated=True), name='merge_of_two'), models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('brand', 'absorbed'), name='merge_once')],
            },
        ),
        migrations.CreateModel(
            name='PhoneCode',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('phone_index', models.BinaryField(max_length=16)),
                ('code_hash', models.BinaryField(max_length=32)),
                ('sent_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'phone_index', '-sent_at'], name='code_by_phone')],
                'constraints': [models.CheckConstraint(condition=models.Q(('tries__lte', 5)), name='code_tries_capped')],
            },
        ),
        migrations.CreateModel(
            name='RoleHeld',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('shopper', 'shopper'), ('koc', 'koc'), ('staff', 'staff')], max_length=8)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('brand', 'member', 'role'), name='role_held_once')],
            },
        ),
        OwnByBrand(
            "Member",
            "Erasure",
            "Identity",
            "Consent",
            "Merge",
            "PhoneCode",
            "RoleHeld",
        ),
    ]
