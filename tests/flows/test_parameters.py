"""Parameters of the flows: what Prefect may store of them."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from matterhouse.flows.parameters import RefreshParameters


@pytest.mark.parametrize(
    "source",
    [
        "news=../news",
        "news=https://git.example.org/news.git",
        "news=ssh://git@git.example.org/news.git",
        "news=git@git.example.org:news.git",
        "news=https://${TOKEN}@git.example.org/news.git",
        "news=https://reader:${TOKEN}@git.example.org/news.git",
        "news=${NEWS_URI}",
    ],
)
def test_a_uri_without_a_secret_is_taken(source):
    assert RefreshParameters(sources=[source]).sources == [source]


@pytest.mark.parametrize(
    "source",
    [
        "news=https://reader:s3cret@git.example.org/news.git",
        "news=https://s3cret@git.example.org/news.git",
        "news=https://${TOKEN}s3cret@git.example.org/news.git",
        "news=https://git.example.org/news.git?token=s3cret",
        "news=ssh://git:s3cret@git.example.org/news.git",
        "https://reader:s3cret@git.example.org/news.git",
    ],
)
def test_a_uri_with_a_secret_is_refused_and_not_shown(source):
    with pytest.raises(ValidationError, match="holds a secret") as refused:
        RefreshParameters(sources=[source])
    assert "s3cret" not in str(refused.value)


def test_only_the_flows_import_prefect():
    modules = (
        "matterhouse.cli, "
        "matterhouse.engine.run, "
        "matterhouse.engine.report, "
        "matterhouse.engine.page, "
        "matterhouse.flows.parameters, "
        "matterhouse.flows.notices, "
        "matterhouse.engine.interrupts, "
        "matterhouse.flows.launch, "
        "matterhouse.warehouse.upkeep"
    )
    code = f"import sys, {modules}; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
