"""matterhouse.transforms.keys: ids that are the same everywhere, and addresses that are the same page."""

from hashlib import blake2b

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matterhouse.transforms import keys
from matterhouse.transforms.computed import url_keys
from tests.transforms.batch import column, readings, rows, tables


def hashed(text: str) -> str:
    """The first 16 hex digits of BLAKE2b-64, as the schema has it."""
    return blake2b(text.encode(), digest_size=8).hexdigest()[:16]


@pytest.mark.parametrize("path", ["_news/a.md", "_news/霧 🦋.md", "a.md", "_data/topics/00.yaml"])
def test_a_record_id_is_made_of_source_and_path(path):
    assert keys.record_id("coast", path) == hashed(f"coast\0{path}")
    assert column(tables({path: "title: Fog"})["records"], "record_id") == [hashed(f"coast\0{path}")]


def test_record_ids_known_by_heart():
    assert keys.record_id("power-apps", "_news/a.md") == "f4795c9a9c539aeb"
    assert keys.provider_id("Quay", None) == "751c8a416217e597"


PROVIDERS = {
    "{name: Quay, domain: quay.example}": hashed("Quay\0quay.example"),
    "{name: Quay}": hashed("Quay\0"),
    "{domain: quay.example}": hashed("\0quay.example"),
    '{name: Quay, domain: ""}': hashed("Quay\0"),
    "{name: NO, domain: 0123}": hashed("NO\x000123"),
    '{name: " Quay "}': hashed(" Quay \0"),
    "{images: []}": None,
    "{name: , domain: ~}": None,
    "": None,
    "Quay": None,
}


@pytest.fixture(scope="module")
def provider_ids():
    return readings("records", "provider_id", "provider: ?", PROVIDERS)


@pytest.mark.parametrize("provider, expected", PROVIDERS.items())
def test_a_provider_id_is_made_of_name_and_domain_as_written(provider, expected, provider_ids):
    assert provider_ids[provider].value == expected


def test_a_provider_has_the_same_id_wherever_it_is_named():
    name = "{name: Quay, domain: quay.example}"
    of = tables({"_people/a.md": f"provider: {name}\naffiliation: {name}\nrelated: [{{provider: {name}}}]"})
    expected = [hashed("Quay\0quay.example")]
    assert column(of["records"], "provider_id") == expected
    assert column(of["people"], "affiliation_provider_id") == expected
    assert column(of["related_entries"], "provider_id") == expected
    assert column(of["providers"], "provider_id") == expected


@pytest.mark.parametrize(
    "path, collection, slug",
    [
        ("_news/2025-01-02-fog-at-sea.md", "news", "fog-at-sea"),
        ("_learning/courses/knots.md", "learning", "knots"),
        ("_data/organizations/quay.example.md", "organizations", "quay.example"),
        ("_data/topics/00-harbour.yaml", "topics", "00-harbour"),
        ("_data/loose.yaml", "data", "loose"),
        ("notes/deep/down/a.markdown", "notes", "a"),
        ("index.md", None, "index"),
        ("_news/2025-01-02-.md", "news", "2025-01-02-"),
        ("_news/2025-01-02-2025-01-03-twice.md", "news", "2025-01-03-twice"),
        ("__x/a.b.html", "_x", "a.b"),
    ],
)
def test_collection_and_slug_come_from_the_path(path, collection, slug):
    assert rows(tables({path: "title: Fog"})["records"], "collection", "slug") == [(collection, slug)]


@pytest.mark.parametrize(
    "url, key",
    [
        ("https://coast.example/fog", "coast.example/fog"),
        ("http://coast.example/fog", "coast.example/fog"),
        ("HTTPS://WWW.Coast.EXAMPLE/Fog", "coast.example/Fog"),
        ("//coast.example/fog", "coast.example/fog"),
        ("  https://coast.example/fog\n", "coast.example/fog"),
        ("https://www.coast.example/", "coast.example"),
        ("https://coast.example", "coast.example"),
        ("https://coast.example//fog//", "coast.example//fog"),
        ("https://wwwcoast.example/fog", "wwwcoast.example/fog"),
        ("https://news.coast.example/fog", "news.coast.example/fog"),
        ("https://coast.example/fog#count", "coast.example/fog"),
        ("https://coast.example/fog/?", "coast.example/fog"),
        ("https://coast.example:443/fog", "coast.example/fog"),
        ("http://coast.example:80/fog", "coast.example/fog"),
        ("https://coast.example:8080/fog", "coast.example:8080/fog"),
        ("https://coast.example:/fog", "coast.example/fog"),
        ("https://me:secret@coast.example/fog", "coast.example/fog"),
        ("https://coast.example/fog?id=7&page=2", "coast.example/fog?id=7&page=2"),
        ("https://coast.example/fog?page=2&id=7", "coast.example/fog?page=2&id=7"),
        ("https://coast.example/fog/?id=7", "coast.example/fog?id=7"),
        ("https://coast.example/?p=12", "coast.example?p=12"),
        ("https://coast.example/fog?utm_source=x&id=7&UTM_medium=y", "coast.example/fog?id=7"),
        ("https://coast.example/fog?fbclid=x&gclid=y&utm_campaign", "coast.example/fog"),
        ("https://coast.example/fog?mc_cid=1&mc_eid=2&msclkid=3&igshid=4", "coast.example/fog"),
        ("https://coast.example/fog?futm_source=x&_gap=1&Ncids=2", "coast.example/fog?futm_source=x&_gap=1&Ncids=2"),
        ("https://coast.example/fog?&&a=b&", "coast.example/fog?a=b"),
        ("https://coast.example/fog%20at%2fsea", "coast.example/fog%20at%2fsea"),
        ("https://coast.example/霧", "coast.example/霧"),
        ("https://[::1]:8080/fog", "::1:8080/fog"),
        ("", None),
        ("   ", None),
        (None, None),
        ("/fog", None),
        ("fog.html", None),
        ("coast.example/fog", None),
        ("www.coast.example", None),
        ("?id=7", None),
        ("mailto:nell@coast.example", None),
        ("ftp://coast.example/fog", None),
        ("javascript:alert(1)", None),
        ("https:///fog", None),
        ("https://www./fog", None),
        ("https://[::1/fog", None),
        ("https://coast.example:fog/", None),
        ("https://coast.example:99999/", None),
        ("http://coast\u2100.example/", None),
    ],
)
def test_the_canonical_form_of_an_address(url, key):
    assert keys.url_key(url) == key
    assert url_keys(pa.array([url, None, url], pa.string())).to_pylist() == [key, None, key]


hosts = st.sampled_from(["coast.example", "Quay.Example", "a.b.example"])
paths = st.lists(st.text("abCZ019-_.%~霧", min_size=1, max_size=5), max_size=3).map("/".join)
queries = st.lists(st.sampled_from(["id=7", "page=2", "q=a+b", "flag", "x=", "=x"]), max_size=3)
trackers = st.sampled_from(["utm_source=mail", "fbclid=A1", "gclid=b", "utm_x"])


@given(hosts, paths, queries, trackers, st.sampled_from(["http://", "https://", "//", "HTTP://"]), st.data())
def test_what_does_not_change_the_page_does_not_change_the_key(host, path, query, tracker, scheme, data):
    plain = f"https://{host}/{path}" + ("?" + "&".join(query) if query else "")
    marked = data.draw(
        st.permutations([*query, tracker]).filter(lambda pairs: [pair for pair in pairs if pair != tracker] == query)
    )
    other = f" {scheme}www.{host.upper()}/{path}?{'&'.join(marked)}#part"
    assert keys.url_key(other) == keys.url_key(plain)
    assert keys.url_key(plain).startswith(host.lower())


@given(st.text(max_size=30) | st.text("htps:/?#[]@&=.%w \n", max_size=30))
def test_no_text_is_too_odd_for_an_address(url):
    key = keys.url_key(url)
    assert key is None or key
    assert url_keys(pa.array([url])).to_pylist() == [key]
