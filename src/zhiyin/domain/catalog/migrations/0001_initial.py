import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import zhiyin.kit.ids
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
            name='Product',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=60)),
                ('category', models.CharField(choices=[('dress', 'dress'), ('skirt', 'skirt'), ('top', 'top'), ('shirt', 'shirt'), ('sweater', 'sweater'), ('coat', 'coat'), ('jacket', 'jacket'), ('trousers', 'trousers'), ('jeans', 'jeans'), ('shorts', 'shorts'), ('suit', 'suit'), ('jumpsuit', 'jumpsuit'), ('shoes', 'shoes'), ('bag', 'bag'), ('accessory', 'accessory')], max_length=12)),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('description_zh', models.TextField(blank=True)),
                ('description_en', models.TextField(blank=True)),
                ('care_zh', models.CharField(blank=True, max_length=200)),
                ('care_en', models.CharField(blank=True, max_length=200)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('attributes', models.JSONField(default=dict)),
                ('search_words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('listed_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_words'], name='product_search')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'code'), name='product_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Sku',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=80)),
                ('color', models.CharField(choices=[('black', 'black'), ('white', 'white'), ('grey', 'grey'), ('beige', 'beige'), ('brown', 'brown'), ('red', 'red'), ('pink', 'pink'), ('orange', 'orange'), ('yellow', 'yellow'), ('green', 'green'), ('blue', 'blue'), ('navy', 'navy'), ('purple', 'purple')], max_length=8)),
                ('size_code', models.PositiveSmallIntegerField()),
                ('size_label', models.CharField(max_length=12)),
                ('price_fen', models.BigIntegerField()),
                ('retired_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('product', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'code'), name='sku_code_once'), models.UniqueConstraint(fields=('brand', 'product', 'color', 'size_code'), name='sku_variant_once'), models.CheckConstraint(condition=models.Q(('price_fen__gt', 0)), name='sku_price_positive')],
            },
        ),
        migrations.CreateModel(
            name='Stock',
            fields=[
                ('id', models.UUIDField(default=zhiyin.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('on_hand', models.PositiveIntegerField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('sku', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
                ('store', zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.store')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'sku', 'store'), name='stock_once')],
            },
        ),
        OwnByBrand(
            "Product",
            "Sku",
            "Stock",
        ),
    ]
