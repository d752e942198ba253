"""The migration operations that write what Django's schema editor cannot."""

from collections.abc import Iterator, Sequence

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Model

from zhiyin.storage.tenancy import SameBrandKey

CURRENT_BRAND = "nullif((SELECT current_setting('app.brand', true)), '')::uuid"

REFUSE_CHANGE = """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$
"""


REFUSE_MOVE = """
    CREATE OR REPLACE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% may not go from % to %', TG_TABLE_NAME, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END $$
"""


class OwnByBrand(Operation):
    """Make tables brand-owned: keys that begin with the brand, row-level security on and forced.

    Django goes on to see `id` as the key; the policy supplies `brand_id`, so that a lookup by id
    uses the primary key `(brand_id, id)`. Name every new brand-owned model of the migration.
    """

    reduces_to_sql = True
    reversible = False

    def __init__(self, *model_names: str) -> None:
        self.model_names = model_names

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, object]]:
        return type(self).__name__, self.model_names, {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state that Django tracks does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        apps: Apps = to_state.apps
        models = [apps.get_model(app_label, name) for name in self.model_names]
        for statements in (_own, _link):
            for model in models:
                for statement in statements(model):
                    schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Own by brand: {', '.join(self.model_names)}"


class LinkToBrandOwned(OwnByBrand):
    """Write the composite key of a `SameBrandKey` added to a table that is brand-owned already."""

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name, self.field_name = model_name, field_name

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, object]]:
        return type(self).__name__, (self.model_name, self.field_name), {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in _link(model, only=self.field_name):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Link {self.model_name}.{self.field_name} within the brand"


class AppendOnly(OwnByBrand):
    """Take from the web and system roles the right to change or delete rows of these tables."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for name in self.model_names:
            table = to_state.apps.get_model(app_label, name)._meta.db_table
            schema_editor.execute(
                f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM app_web, app_system'
            )

    def describe(self) -> str:
        return f"Append only: {', '.join(self.model_names)}"


class OnlyColumns(OwnByBrand):
    """Let the web and system roles change these columns of a table; the others stay as written."""

    def __init__(self, model_name: str, columns: Sequence[str]) -> None:
        self.model_name, self.columns = model_name, list(columns)

    def deconstruct(self) -> tuple[str, tuple[object, ...], dict[str, object]]:  # type: ignore[override]
        return type(self).__name__, (self.model_name, self.columns), {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        columns = ", ".join(f'"{column}"' for column in self.columns)
        roles = "app_web, app_system"
        schema_editor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {roles}')
        schema_editor.execute(f'GRANT UPDATE ({columns}) ON "{table}" TO {roles}')

    def describe(self) -> str:
        return f"Change only {', '.join(self.columns)} of {self.model_name}"


class KeepMoves(OwnByBrand):
    """Let `state` of a table move along these pairs and no others, whoever writes it.

    `moves` are "from>to"; staying is always allowed. Give the whole graph anew to change it.
    """

    def __init__(self, model_name: str, moves: Sequence[str]) -> None:
        self.model_name, self.moves = model_name, list(moves)

    def deconstruct(self) -> tuple[str, tuple[object, ...], dict[str, object]]:  # type: ignore[override]
        return type(self).__name__, (self.model_name, self.moves), {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        allowed = ", ".join(f"'{move}'" for move in self.moves)
        schema_editor.execute(REFUSE_MOVE, params=None)
        schema_editor.execute(f'DROP TRIGGER IF EXISTS keep_moves ON "{table}"')
        schema_editor.execute(
            f'CREATE TRIGGER keep_moves BEFORE UPDATE OF state ON "{table}" FOR EACH ROW'
            " WHEN (OLD.state <> NEW.state"
            f" AND OLD.state || '>' || NEW.state NOT IN ({allowed}))"
            " EXECUTE FUNCTION refuse_move()"
        )

    def describe(self) -> str:
        return f"Keep the moves of {self.model_name}"


class NeverChanged(AppendOnly):
    """Append only for everybody: a trigger refuses UPDATE, DELETE and TRUNCATE to the owner too."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute(REFUSE_CHANGE, params=None)
        for name in self.model_names:
            table = to_state.apps.get_model(app_label, name)._meta.db_table
            schema_editor.execute(
                f'CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"'
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )

    def describe(self) -> str:
        return f"Never changed: {', '.join(self.model_names)}"


def _own(model: type[Model]) -> Iterator[str]:
    table = model._meta.db_table
    yield f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_pkey"'
    yield f'ALTER TABLE "{table}" ADD PRIMARY KEY (brand_id, id)'
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    yield (
        f'CREATE POLICY same_brand ON "{table}"'
        f" USING (brand_id = {CURRENT_BRAND}) WITH CHECK (brand_id = {CURRENT_BRAND})"
    )


def _link(model: type[Model], only: str | None = None) -> Iterator[str]:
    table = model._meta.db_table
    for field in model._meta.local_fields:
        if not isinstance(field, SameBrandKey) or only not in (None, field.name):
            continue
        target = field.remote_field.model._meta.db_table
        yield (
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_same_brand"'
            f" FOREIGN KEY (brand_id, {field.column})"
            f' REFERENCES "{target}" (brand_id, id) DEFERRABLE INITIALLY DEFERRED'
        )
        if not field.unique:
            yield (
                f'CREATE INDEX "{table}_{field.column}_idx" ON "{table}" (brand_id, {field.column})'
            )
