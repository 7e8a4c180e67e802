"""OpenTelemetry spans of a run and its stages, where the standard variables of the environment ask for them.

``OTEL_TRACES_EXPORTER`` (``otlp`` or ``console``) or ``OTEL_EXPORTER_OTLP_ENDPOINT`` ask. Who has set up OpenTelemetry
in the process, as ``opentelemetry-instrument`` does, gets the spans there; else they are sent by the packages of the
extra ``matterhouse[otel]``.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from matterhouse import __version__

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_MOST_MILLISECONDS = 10_000  # that a run waits for who receives its spans


@contextmanager
def span(name: str, **attributes: str) -> Iterator[None]:
    """A span around what is done inside; an exception is noted in it. Without anybody who asks for spans, nothing."""
    tracer = _tracer() if is_asked_for() else None
    if tracer is None:
        yield
        return
    with tracer.start_as_current_span(f"matterhouse {name}", attributes=attributes):
        yield


@contextmanager
def run_span(**attributes: str) -> Iterator[None]:
    """The span of a whole run, around those of its stages; they are sent before it is over for its caller."""
    with span("run", **attributes):
        yield
    if is_asked_for() and _tracer() is not None:
        from opentelemetry import trace

        flush = getattr(trace.get_tracer_provider(), "force_flush", None)
        if flush is not None:
            flush(_MOST_MILLISECONDS)


def is_asked_for() -> bool:
    """Whether the environment asks for spans."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporter = os.environ.get("OTEL_TRACES_EXPORTER")
    return exporter != "none" if exporter else any(map(os.environ.get, _ENDPOINTS))


@cache
def _tracer() -> Any:
    """The tracer of this process; None where the packages are missing, which is logged once."""
    try:
        from opentelemetry import trace

        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            trace.set_tracer_provider(_provider())
    except ImportError as error:
        told = "spans are asked for by the environment, but cannot be sent: install matterhouse[otel] (%s)"
        logging.getLogger("matterhouse").warning(told, error)
        return None
    return trace.get_tracer("matterhouse", __version__)


def _provider() -> Any:
    """What sends spans, when the process ends at the latest; its exporter reads the standard variables."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

    if os.environ.get("OTEL_TRACES_EXPORTER") == "console":
        exporter: Any = ConsoleSpanExporter()
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter()
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "matterhouse"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
