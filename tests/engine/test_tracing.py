"""OpenTelemetry spans: sent where the environment asks for them, and nothing is imported where it does not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from matterhouse.engine import tracing
from tests.serving import serving

COMMAND = [sys.executable, "-X", "importtime", "-m", "matterhouse.cli", "run", "--source", "news=folder:content"]
STAGES = ["list", "extract", "load", "check", "publish"]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    (tmp_path / "content" / "_news").mkdir(parents=True)
    (tmp_path / "content" / "_news" / "one.md").write_text("---\ntitle: One\n---\n")
    return tmp_path


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Where spans are sent to, and what arrived."""
    arrived: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        yield f"http://{address}", arrived


def run(content: Path, **environment: str) -> subprocess.CompletedProcess:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    return subprocess.run(COMMAND, env=variables | environment, cwd=content, capture_output=True, text=True)


def test_a_run_sends_a_span_for_itself_and_one_for_each_stage(content, collector):
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    url, arrived = collector
    done = run(content, OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_EXPORTER_OTLP_COMPRESSION="none")
    assert done.returncode == 0, done.stderr[-2000:]
    received = [each for body in arrived for each in ExportTraceServiceRequest.FromString(body).resource_spans]
    spans = {span.name: span for each in received for scope in each.scope_spans for span in scope.spans}
    assert sorted(spans) == sorted(f"matterhouse {name}" for name in ["run", *STAGES])
    whole = spans.pop("matterhouse run")
    assert {span.parent_span_id for span in spans.values()} == {whole.span_id}
    assert [attribute.key for attribute in whole.attributes] == ["matterhouse.run_id"]
    names = [each.value.string_value for each in received[0].resource.attributes if each.key == "service.name"]
    assert names == ["matterhouse"]


@pytest.mark.slow
def test_nobody_who_receives_them_stops_no_run(content):
    done = run(content, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT="1")
    assert done.returncode == 0 and "Loaded 1 record" in done.stdout


def test_without_a_wish_for_spans_nothing_of_them_is_imported(content):
    done = run(content)
    assert done.returncode == 0 and "opentelemetry" not in done.stderr


@pytest.mark.parametrize(
    "variables, asked",
    [
        ({}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, False),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_the_standard_variables_ask(monkeypatch, variables, asked):
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert tracing.is_asked_for() == asked
