from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0003_reads_by_key'),
    ]

    operations = [
        migrations.AddField(
            model_name='phonecode',
            name='client_index',
            field=models.BinaryField(max_length=16, null=True),
        ),
        migrations.AddIndex(
            model_name='phonecode',
            index=models.Index(fields=['brand', '-sent_at'], name='code_newest'),
        ),
    ]
