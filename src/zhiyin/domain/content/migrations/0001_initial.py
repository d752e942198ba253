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
        ('catalog', '0001_initial'),
        ('kocs', '0001_initial'),
        ('members', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BuyerShow',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('color', models.CharField(blank=True, max_length=8)),
                ('size_code', models.PositiveSmallIntegerField()),
                ('fit', models.CharField(blank=True, choices=[('small', 'small'), ('fit', 'fit'), ('large', 'large')], max_length=5)),
                ('rating', models.PositiveSmallIntegerField(null=True)),
                ('text_zh', models.TextField(blank=True)),
                ('text_en', models.TextField(blank=True)),
                ('occasion', models.CharField(blank=True, max_length=12)),
                ('worn_at', models.DateTimeField()),
                ('facts_sealed', zhiyin.storage.fields.SealedField(null=True)),
                ('source', models.CharField(choices=[('purchase', 'purchase'), ('import', 'import'), ('authored', 'authored')], max_length=8)),
                ('external_ref', models.CharField(max_length=80, null=True)),
                ('purchase_id', models.UUIDField(null=True)),
                ('media_refs', models.JSONField(default=list)),
                ('rights_granted_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('pending', 'pending'), ('published', 'published'), ('refused', 'refused')], max_length=9)),
                ('state_reason', models.CharField(blank=True, max_length=200)),
                ('moderated_at', models.DateTimeField(null=True)),
                ('author', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('koc', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kocs.kocprofile')),
                ('moderated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('external_ref__isnull', False)), fields=('brand', 'external_ref'), name='show_ref_once'), models.CheckConstraint(condition=models.Q(('rating__isnull', True), models.Q(('rating__gte', 1), ('rating__lte', 10)), _connector='OR'), name='show_rating_of_ten')],
            },
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=60)),
                ('name_zh', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80)),
                ('why_zh', models.CharField(blank=True, max_length=200)),
                ('why_en', models.CharField(blank=True, max_length=200)),
                ('answers', models.JSONField(default=dict)),
                ('published_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('koc', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kocs.kocprofile')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'code'), name='look_code_once')],
            },
        ),
        migrations.CreateModel(
            name='LookItem',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('color', models.CharField(max_length=8)),
                ('position', models.PositiveSmallIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('look', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='content.look')),
                ('product', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'look', 'position'), name='look_place_once'), models.UniqueConstraint(fields=('brand', 'look', 'product'), name='look_item_once')],
            },
        ),
        migrations.CreateModel(
            name='ShowVote',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('voted_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('member', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('show', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='content.buyershow')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'show', 'member'), name='show_vote_once')],
            },
        ),
        OwnByBrand(
            "BuyerShow",
            "Look",
            "LookItem",
            "ShowVote",
        ),
    ]
