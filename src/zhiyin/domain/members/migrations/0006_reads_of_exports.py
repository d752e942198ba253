from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0005_reads_by_what_was_opened'),
    ]

    operations = [
        migrations.AlterField(
            model_name='personalread',
            name='opened',
            field=models.CharField(choices=[('koc', 'koc'), ('koc_application', 'koc_application'), ('api_match', 'api_match'), ('api_wearers', 'api_wearers'), ('api_needs', 'api_needs'), ('api_questions', 'api_questions'), ('api_download', 'api_download'), ('api_deletion', 'api_deletion'), ('api_answer', 'api_answer'), ('export', 'export')], max_length=20),
        ),
    ]
