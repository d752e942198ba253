"""Keep with a need which of its chips a second reader found."""

from django.db import migrations

from zhiyin.storage.fields import SealedField


class Migration(migrations.Migration):
    dependencies = [("audience", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="need", name="heard_sealed", field=SealedField(null=True)
        ),
    ]
