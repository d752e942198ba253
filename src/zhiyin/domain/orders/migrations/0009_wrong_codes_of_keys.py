"""A key of the API is counted by itself: what it tries locks nobody's counter."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from zhiyin.storage.migrations import LinkToBrandOwned
from zhiyin.storage.tenancy import SameBrandKey


class Migration(migrations.Migration):
    dependencies = [("brands", "0003_kept_answers"), ("orders", "0008_merchant_numbers")]

    operations = [
        migrations.RemoveConstraint(model_name="wrongcodes", name="wrong_codes_once"),
        migrations.AddField(
            model_name="wrongcodes",
            name="key",
            field=SameBrandKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="brands.apikey",
            ),
        ),
        LinkToBrandOwned("WrongCodes", "key"),
        migrations.AlterField(
            model_name="wrongcodes",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="wrongcodes",
            constraint=models.UniqueConstraint(
                fields=["brand", "user", "key", "hour"],
                name="wrong_codes_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="wrongcodes",
            constraint=models.CheckConstraint(
                condition=Q(("user__isnull", True), ("key__isnull", True), _connector="XOR"),
                name="wrong_codes_are_one",
            ),
        ),
    ]
