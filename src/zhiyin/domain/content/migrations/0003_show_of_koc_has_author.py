from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0002_show_reports'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='buyershow',
            constraint=models.CheckConstraint(condition=models.Q(('koc__isnull', True), ('author__isnull', False), _connector='OR'), name='show_of_koc_has_author'),
        ),
    ]
