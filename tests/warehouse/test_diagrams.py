"""The diagrams of the data dictionary: entities and their relations, and the lineage of views and marts."""

from matterhouse.sql import schema
from matterhouse.warehouse import diagrams


def edges(lines: list[str]) -> set[tuple[str, str]]:
    return {(one, other) for line in lines if "-->" in line for one, other in [line.strip().split(" --> ")]}


def test_every_table_is_an_entity_with_its_key():
    text = "\n".join(diagrams.entities())
    for name, table in schema.tables().items():
        block = text.partition(f"\n    {name.replace('.', '_')} {{\n")[2].partition("    }")[0]
        marked = [line.split()[1] for line in block.splitlines() if "PK" in line]
        assert marked == list(table.key)


def test_relations_tell_how_many_and_over_which_column():
    lines = {line.strip() for line in diagrams.entities()}
    assert {
        "records ||--o| learning : record_id",
        "records ||--o{ record_topics : record_id",
        "records |o--o{ learning_items : item_record_id",
        "providers |o--o{ records : provider_id",
        "meta_runs ||--o{ meta_run_sources : run_id",
    } <= lines


def test_every_table_of_documents_in_main_leads_to_the_records():
    for name, table in schema.tables_of(schema.DOCUMENT).items():
        if table.schema == "main" and name != "records":
            assert "records" in {parent.qualified for _, parent in diagrams.leads_to(table)}, name


def test_the_lineage_of_every_view_begins_at_the_sources():
    found = edges(list(diagrams.lineage()))
    behind: dict[str, set[str]] = {}
    for one, other in found:
        behind.setdefault(other, set()).add(one)
    ids = {name.replace(".", "_"): relation for name, relation in schema.relations().items()}
    for name, relation in ids.items():
        if relation.kind == "view":
            assert behind[name] == {each.replace(".", "_") for each in relation.names}
        elif name in {each for each, _ in found}:
            assert behind[name] in ({"front_matter"}, {"worked_out"}, {"runs"})


def test_no_name_reads_as_something_else_in_mermaid():
    names = [name.replace(".", "_") for name in schema.relations()]
    assert len(set(names)) == len(names) and not {"end", "graph", "subgraph", "style", "class"} & set(names)
