"""Say of a need what it was said for: the question of a board is not asked for picks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audience", "0002_need_heard")]

    operations = [
        migrations.AddField(
            model_name="need",
            name="purpose",
            field=models.CharField(
                choices=[("asked", "asked"), ("board", "board")],
                default="asked",
                max_length=5,
            ),
        ),
    ]
