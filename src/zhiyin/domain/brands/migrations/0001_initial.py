import django.db.models.deletion
import zhiyin.kit.ids
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import OwnByBrand


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(max_length=60)),
                ('is_demo', models.BooleanField(default=False)),
                ('time_zone', models.CharField(default='Asia/Shanghai', max_length=40)),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('products', 'products'), ('stores', 'stores'), ('members', 'members'), ('purchases', 'purchases'), ('reviews', 'reviews')], max_length=10)),
                ('file_name', models.CharField(max_length=200)),
                ('file_hash', models.CharField(max_length=64)),
                ('mapping', models.JSONField()),
                ('mapping_hash', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('running', 'running'), ('done', 'done'), ('failed', 'failed')], max_length=8)),
                ('rows_total', models.BigIntegerField(null=True)),
                ('rows_read', models.BigIntegerField(default=0)),
                ('rows_bad', models.BigIntegerField(default=0)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'kind', 'file_hash', 'mapping_hash'), name='import_once'), models.CheckConstraint(condition=models.Q(('rows_bad__lte', models.F('rows_read'))), name='import_counts')],
            },
        ),
        migrations.CreateModel(
            name='ImportProblem',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('line', models.BigIntegerField()),
                ('column', models.CharField(max_length=80)),
                ('code', models.CharField(max_length=40)),
                ('reason', models.CharField(max_length=200)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('run', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.importrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'run', 'line', 'column'), name='import_problem_once')],
            },
        ),
        migrations.CreateModel(
            name='Store',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40)),
                ('name_zh', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80)),
                ('city', models.CharField(max_length=40)),
                ('address', models.CharField(max_length=200)),
                ('hours', models.CharField(blank=True, max_length=80)),
                ('latitude', models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ('longitude', models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'code'), name='store_code_once')],
            },
        ),
        migrations.CreateModel(
            name='StaffRole',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('admin', 'admin'), ('operator', 'operator'), ('moderator', 'moderator'), ('manager', 'manager'), ('clerk', 'clerk'), ('auditor', 'auditor')], max_length=10)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('store', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.store')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('brand', 'user', 'role', 'store'), name='staff_role_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(max_length=60)),
                ('key_hash', models.BinaryField(max_length=32)),
                ('role', models.CharField(choices=[('admin', 'admin'), ('operator', 'operator'), ('moderator', 'moderator'), ('manager', 'manager'), ('clerk', 'clerk'), ('auditor', 'auditor')], max_length=10)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'key_hash'), name='api_key_once')],
            },
        ),
        OwnByBrand(
            "ImportRun",
            "ImportProblem",
            "Store",
            "StaffRole",
            "ApiKey",
        ),
    ]
