import django.db.models.deletion
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
            name='Tag',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('group', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'group', 'name'), name='tag_once')],
            },
        ),
        migrations.CreateModel(
            name='MemberTag',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('tag', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audience.tag')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('brand', 'member', 'tag'), name='member_tag_once')],
            },
        ),
        migrations.CreateModel(
            name='TaxonomyVersion',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('category', models.CharField(max_length=20)),
                ('version', models.PositiveIntegerField()),
                ('extension', models.JSONField()),
                ('edited_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('edited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'category', 'version'), name='taxonomy_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Trait',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slot', models.CharField(max_length=20)),
                ('value_sealed', zhiyin.storage.fields.SealedField()),
                ('source', models.CharField(choices=[('form', 'form'), ('need', 'need'), ('import', 'import')], max_length=10)),
                ('stated_at', models.DateTimeField()),
                ('replaced_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('consent', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.consent')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('brand', 'member', 'slot'), name='trait_once'), models.CheckConstraint(condition=models.Q(('consent__isnull', False), models.Q(('slot__in', ['age', 'band_cm', 'body_shape', 'bust_cm', 'concerns', 'cup', 'height_cm', 'hip_cm', 'skin_tone', 'waist_cm', 'weight_kg']), _negated=True), _connector='OR'), name='trait_body_fact_has_consent')],
            },
        ),
        migrations.CreateModel(
            name='Need',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('guest_key', models.UUIDField(null=True)),
                ('text_sealed', zhiyin.storage.fields.SealedField()),
                ('slots_sealed', zhiyin.storage.fields.SealedField()),
                ('taxonomy_version', models.PositiveIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('saved_at', models.DateTimeField(null=True)),
                ('hidden_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'member', '-asked_at'], name='need_by_member'), models.Index(fields=['brand', 'guest_key'], name='need_by_guest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('member__isnull', False), ('guest_key__isnull', False), _connector='OR'), name='need_has_asker')],
            },
        ),
        OwnByBrand(
            "Tag",
            "MemberTag",
            "TaxonomyVersion",
            "Trait",
            "Need",
        ),
    ]
