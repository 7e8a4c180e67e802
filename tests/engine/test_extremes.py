"""Values at the ends of what types hold, wherever a value may stand: none of them costs a run."""

from matterhouse.engine.run import refresh
from matterhouse.settings.models import Settings
from tests.warehouses import parquet_differences, rows

NUMBERS = """
-9223372036854775808 9223372036854775807 9223372036854775808 -99999999999999999999999 0x7fffffffffffffff
-0x8000000000000000 -0 2147483648 -2147483649 1e18 5e-324 1.7976931348623157e308 1e309 -1e400 .inf -.inf .nan
"""
MOMENTS = """
9999-12-31 0001-01-01 9999-12-31T23:59:59Z 0001-01-01T00:00:00Z 0001-01-01T00:00:00+14:00 9999-12-31T23:59:59-14:00
-290307-01-01 294247-01-10T04:00:54Z 24:00 12:30:45.5
"""
KEYS = "length heat quality weight publishedDateTime date lastmod startDateTime other"


def test_values_at_the_ends_of_types_cost_no_run(tmp_path):
    content = tmp_path / "content" / "_news"
    content.mkdir(parents=True)
    values = NUMBERS.split() + MOMENTS.split()
    for number, value in enumerate(values):
        own = "".join(f"{key}: {value}\n" for key in KEYS.split())
        image = f"{{url: https://a.example/{number}.png, width: {value}, height: {value}}}"
        provider = f"{{name: P, domain: p{number}.example, images: [{image}]}}"
        related = (
            f"{{url: https://a.example/{number}, publishedDateTime: {value}, heat: {value}, provider: {provider}}}"
        )
        head = f"title: T\n{own}images: [{image}]\nrelated: [{related}]\nprovider: {provider}\n"
        (content / f"2020-01-01-{number}.md").write_text(f"---\n{head}---\nbody\n")
    sources = {"site": {"uri": f"folder:{content.parent}"}}
    report = refresh(Settings.model_validate({"warehouse": str(tmp_path / "w"), "sources": sources}))
    assert (report.error, report.rows["records"]) == (None, len(values))
    assert parquet_differences(tmp_path / "w") == {}
    assert rows(tmp_path / "w", "SELECT min(heat), max(heat) FROM records") == [(-(2**63), 2**63 - 1)]
