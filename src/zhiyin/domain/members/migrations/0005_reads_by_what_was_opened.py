from django.db import migrations, models


class Migration(migrations.Migration):
    # Nothing was released with the old columns: no line exists that the default could misstate.

    dependencies = [
        ('members', '0004_codes_by_client'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='personalread',
            name='what',
        ),
        migrations.RemoveField(
            model_name='personalread',
            name='page',
        ),
        migrations.AddField(
            model_name='personalread',
            name='opened',
            field=models.CharField(choices=[('koc', 'koc'), ('koc_application', 'koc_application'), ('api_match', 'api_match'), ('api_wearers', 'api_wearers'), ('api_needs', 'api_needs'), ('api_questions', 'api_questions'), ('api_download', 'api_download'), ('api_deletion', 'api_deletion'), ('api_answer', 'api_answer')], default='koc', max_length=20),
            preserve_default=False,
        ),
    ]
