from django.db import migrations

GUARDED = """
    CREATE OR REPLACE FUNCTION ledger_guarded(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN kind IN ('commission_payable', 'voucher_budget', 'wallet')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_guards'),
    ]

    operations = [migrations.RunSQL(GUARDED)]
