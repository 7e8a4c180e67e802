"""matterhouse.transforms.providers: who provides content, with images, publishers and authors."""

from matterhouse.transforms import keys
from tests.transforms.batch import column, id_of, rows, story, tables


def test_each_name_and_domain_once_wherever_it_is_seen():
    of = tables({
        "_news/a.md": """
            provider: {name: Quay, domain: quay.example}
            related: [{provider: {name: Bell, domain: bell.example}}, {provider: {name: Quay, domain: quay.example}}]
            """,
        "_people/b.md": "affiliation: {name: Forge}",
        "_news/c.md": "provider: {name: Quay, domain: other.example}",
    })  # fmt: skip
    expected = [("Quay", "quay.example"), ("Bell", "bell.example"), ("Forge", None), ("Quay", "other.example")]
    assert rows(of["providers"]) == sorted((keys.provider_id(*pair), *pair) for pair in expected)


def test_an_empty_name_or_domain_is_none_as_in_the_id():
    same = {"_news/a.md": 'provider: {name: Quay, domain: ""}', "_news/b.md": "provider: {name: Quay}"}
    for files in same, dict(reversed(same.items())):
        assert rows(tables(files)["providers"]) == [(keys.provider_id("Quay", None), "Quay", None)]


def test_a_provider_without_name_and_domain_is_none():
    of = story("provider:\n  images:\n    - url: quay.png\n")
    assert len(of["providers"]) == 0
    assert rows(of["record_provider_images"], "provider_id", "url") == [(None, "quay.png")]


def test_a_name_stays_as_written():
    assert rows(story("provider: {name: NO, domain: 0123}")["providers"], "name", "domain") == [("NO", "0123")]


def test_images_of_provider_and_affiliation_lie_record_by_record():
    both = """
        affiliation: {name: Forge, images: [{url: forge.png}]}
        provider: {name: Quay, images: [{url: quay.png, width: 50, height: 40}, null, plain.png]}
        """
    of = tables({"_people/a.md": both, "_people/b.md": both, "_news/c.md": "provider: {images: [{url: c.png}]}"})
    quay, forge = keys.provider_id("Quay", None), keys.provider_id("Forge", None)
    assert rows(of["record_provider_images"]) == [
        row
        for path in ("_people/a.md", "_people/b.md")
        for row in [
            (id_of(path), "provider", 0, quay, "quay.png", 50, 40),
            (id_of(path), "provider", 1, quay, None, None, None),
            (id_of(path), "provider", 2, quay, "plain.png", None, None),
            (id_of(path), "affiliation", 0, forge, "forge.png", None, None),
        ]
    ] + [(id_of("_news/c.md"), "provider", 0, None, "c.png", None, None)]


def test_publishers_and_their_images():
    of = story("""
        provider:
          publishers:
            - name: Tide Institute
              domain:
              images: [{url: a.png, width: 10, height: 20}, b.png]
            - Quay School
            - {domain: bell.example, images: [{url: c.png}]}
        """)
    assert rows(of["provider_publishers"]) == [
        (id_of(), 0, "Tide Institute", None),
        (id_of(), 1, "Quay School", None),
        (id_of(), 2, None, "bell.example"),
    ]
    assert rows(of["provider_publisher_images"]) == [
        (id_of(), 0, 0, "a.png", 10, 20),
        (id_of(), 0, 1, "b.png", None, None),
        (id_of(), 2, 0, "c.png", None, None),
    ]
    assert column(of["meta.document_drift"], "field") == []


def test_authors():
    of = story("provider: {authors: [{name: Ivo}, Nell, null, {}]}")
    assert rows(of["provider_authors"]) == [
        (id_of(), 0, "Ivo"),
        (id_of(), 1, "Nell"),
        (id_of(), 2, None),
        (id_of(), 3, None),
    ]
