import django.db.models.deletion
import zhiyin.storage.tenancy
from django.conf import settings
from django.db import migrations, models

from zhiyin.storage.migrations import LinkToBrandOwned


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0001_initial'),
        ('members', '0002_personal_reads'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='personalread',
            name='key',
            field=zhiyin.storage.tenancy.SameBrandKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.apikey'),
        ),
        migrations.AlterField(
            model_name='personalread',
            name='reader',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        LinkToBrandOwned("PersonalRead", "key"),
        migrations.AddConstraint(
            model_name='personalread',
            constraint=models.CheckConstraint(condition=models.Q(('reader__isnull', True), ('key__isnull', True), _connector='XOR'), name='personal_read_by_one'),
        ),
    ]
