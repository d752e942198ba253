"""A guest's vote bears an index of the network it came from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_decision_boards")]

    operations = [
        migrations.AddField(
            model_name="boardvote",
            name="client_index",
            field=models.BinaryField(max_length=16, null=True),
        ),
    ]
