"""The client of a Dask cluster that a flow's run uses, through prefect-dask."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from prefect.context import FlowRunContext

from matterhouse.settings.engine import EngineSettings

if TYPE_CHECKING:
    from distributed import Client


def connecting() -> "Callable[[EngineSettings], AbstractContextManager[Client]]":
    """What gives a run its client: that of the flow, if its task runner is a ``DaskTaskRunner``; else that of such a
    runner for ``engine.address``. The stage ``extract``, one task, submits all batches by it. Called in the flow.
    """
    context = FlowRunContext.get()
    of_flow = context.task_runner if context else None

    @contextmanager
    def connect(engine: EngineSettings) -> "Iterator[Client]":
        from matterhouse.engine.executors.cluster import CONNECT_SECONDS, knock, require

        require("prefect_dask")
        from prefect_dask import DaskTaskRunner

        if isinstance(of_flow, DaskTaskRunner):
            yield of_flow.client
            return
        knock(engine)
        with DaskTaskRunner(address=engine.address, client_kwargs={"timeout": CONNECT_SECONDS}) as runner:
            yield runner.client

    return connect
