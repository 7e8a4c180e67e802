"""The Prefect flow `refresh`: how it ends, and what it tells a Prefect server."""

import json
import os
import re
import sqlite3
import time
from pathlib import Path

import prefect.events
import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    TaskRunFilter,
    TaskRunFilterFlowRunId,
)
from prefect.client.schemas.objects import FlowRun

import matterhouse.engine.plan
import matterhouse.flows.refresh
import matterhouse.flows.stages
from matterhouse.flows.parameters import RefreshParameters
from matterhouse.sources import SourceUnavailable
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import exclusive

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def parameters(config: Path) -> RefreshParameters:
    return RefreshParameters(config=config)


def run(parameters: RefreshParameters):
    return matterhouse.flows.refresh.refresh(parameters, return_state=True)


def flow_run_of(state) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(state.state_details.flow_run_id)


def task_runs_of(state, expected: set[str]) -> dict[str, tuple[str, int]]:
    """Name of each task run -> the state it ended in, and how often it ran.

    The server makes task runs from events, which arrive in their own time: waits until what is expected has ended.
    """
    mine = TaskRunFilter(flow_run_id=TaskRunFilterFlowRunId(any_=[state.state_details.flow_run_id]))
    deadline = time.monotonic() + 120
    with get_client(sync_client=True) as client:
        while True:
            found = client.read_task_runs(task_run_filter=mine)
            ended = {each.name for each in found if each.state is not None and each.state.is_final()}
            if expected <= ended == {each.name for each in found} or time.monotonic() > deadline:
                return {each.name: (each.state_name, each.run_count) for each in found}
            time.sleep(0.2)


def artifacts_of(state) -> dict:
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        return {artifact.key: artifact for artifact in client.read_artifacts(artifact_filter=mine)}


def ledger_runs(warehouse: Path) -> list[dict]:
    with sqlite3.connect(warehouse / "state" / "ledger.sqlite") as connection:
        return [json.loads(facts) for (facts,) in connection.execute("SELECT facts FROM runs ORDER BY started_at")]


def slug(tmp_path: Path) -> str:
    return "-".join([*re.findall("[a-z0-9]+", tmp_path.name.lower()), "warehouse"])


def test_a_first_run_publishes_and_tells_what_it_did(parameters, tmp_path):
    state = run(parameters)
    snapshot = (tmp_path / "warehouse" / "current").resolve(strict=True)
    assert (state.type, state.name) == ("COMPLETED", "Completed")
    assert state.message == f"loaded: all: 21 files found, 20 loaded, 1 rejected; published {snapshot.name}"
    assert flow_run_of(state).name == f"refresh of news into {tmp_path / 'warehouse'}"
    views = {f"{view} of {snapshot.name}" for view in ("articles", "related_articles", "related_images")}
    tasks = {f"publish {snapshot.name}", *views, "list news", "read 21 files", "load", "check"}
    assert set(task_runs_of(state, tasks)) == tasks
    [row] = ledger_runs(tmp_path / "warehouse")
    assert (row["trigger"], row["flow_run_id"]) == ("prefect", str(state.state_details.flow_run_id))
    found = artifacts_of(state)
    assert json.loads(found["account-" + slug(tmp_path)].data) == [
        {
            "source": "news",
            "commit": "",
            "found": 21,
            "loaded": 20,
            "unchanged": 0,
            "rejected": 1,
            "skipped": 0,
            "removed": 0,
        }
    ]
    progress = found["progress-" + slug(tmp_path)]
    assert (progress.data, progress.description) == (100.0, "loaded")
    page = found["report-" + slug(tmp_path)].data
    assert page == (snapshot / "report.md").read_text()
    assert "| `news: _news/broken.md:" in page and "| `records` |  | 20 |" in page


def test_a_publication_is_told_with_assets_their_lineage_and_an_event(parameters, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(
        "prefect.events.emit_event", lambda event, resource, **more: told.append((event, resource, more))
    )
    monkeypatch.setattr("matterhouse.flows.assets.emit_event", prefect.events.emit_event)
    run(parameters)
    home = "matterhouse://" + slug(tmp_path)
    materialized = [(resource, more) for event, resource, more in told if event.endswith("materialization.succeeded")]
    made = {resource["prefect.resource.id"]: (resource, more) for resource, more in materialized}
    records, more = made[f"{home}/records"]
    assert records["prefect.asset.description"].startswith("One row per")
    assert more["payload"] == {"rows": 20}
    assert f"{home}/sources/news" in {each["prefect.resource.id"] for each in more["related"]}
    _, more = made[f"{home}/articles"]
    parents = {each["prefect.resource.id"] for each in more["related"]} - {f"{home}/articles"}
    behind = ("providers", "record_images", "record_topics", "records", "related_links")
    assert {parent for parent in parents if parent.startswith(home)} == {f"{home}/{name}" for name in behind}
    assert not any("/meta." in name for name in made)
    [(resource, more)] = [
        (resource, more) for event, resource, more in told if event == "matterhouse.snapshot.published"
    ]
    current = (tmp_path / "warehouse" / "current").resolve()
    assert resource["prefect.resource.id"] == "matterhouse.warehouse." + slug(tmp_path)
    assert (more["payload"]["snapshot"], more["payload"]["path"]) == (current.name, str(current))
    assert more["payload"]["rows"]["records"] == 20


def test_nothing_changed_is_completed_and_only_lists(parameters):
    run(parameters)
    state = run(parameters)
    assert state.is_completed()
    assert state.message.startswith("unchanged: all: 21 files found, 20 unchanged, 1 rejected; current is 000001-")
    assert set(task_runs_of(state, {"list news"})) == {"list news"}


def test_a_full_refresh_reads_everything_again(parameters):
    run(parameters)
    state = run(parameters.model_copy(update={"full_refresh": True}))
    assert "20 loaded" in state.message
    assert flow_run_of(state).name.startswith("full refresh of news into ")


def test_a_source_that_is_not_there_fails_at_once_with_a_message(parameters, stories):
    stories.rename(stories.parent / "elsewhere")
    state = run(parameters)
    assert state.is_failed()
    assert state.message == f"source news (folder:{stories}): there is no such folder"
    assert task_runs_of(state, {"list news"}) == {"list news": ("Failed", 1)}


def test_a_configuration_that_cannot_be_used_fails_with_its_mistakes(tmp_path):
    config = tmp_path / "matterhouse.yml"
    config.write_text("sorces: {}\n")
    state = run(RefreshParameters(config=config))
    assert state.is_failed()
    assert "sorces" in state.message and "Did you mean sources?" in state.message
    assert flow_run_of(state).name == "refresh without a usable configuration"


def test_a_sudden_drop_fails_unless_it_is_accepted(parameters, stories):
    run(parameters)
    for path in list((stories / "_news").glob("2026-*"))[1:]:
        path.unlink()
    state = run(parameters)
    assert state.is_failed() and "news would go from 20 to 1 documents" in state.message
    assert run(parameters.model_copy(update={"accept_drop": True})).is_completed()


def test_a_held_lock_is_skipped_and_says_by_whom(parameters, tmp_path):
    with exclusive(Layout(tmp_path / "warehouse")):
        state = run(parameters)
    assert (state.type, state.name) == ("COMPLETED", "Skipped")
    assert "has been writing to" in state.message


@pytest.mark.parametrize("may_pass, runs", [(True, 3), (False, 1)])
def test_only_what_may_pass_is_tried_again(parameters, monkeypatch, may_pass, runs):
    plan_source, calls = matterhouse.engine.plan.plan_source, []

    def plan(*arguments):
        calls.append(arguments)
        if len(calls) < 3:
            raise SourceUnavailable("news", "https://git.example.org/news", "its host does not answer", may_pass)
        return plan_source(*arguments)

    monkeypatch.setattr("matterhouse.engine.run_sources.plan_source", plan)
    monkeypatch.setattr(
        "matterhouse.flows.stages.step", matterhouse.flows.stages.step.with_options(retry_delay_seconds=0)
    )
    state = run(parameters)
    assert state.is_completed() == may_pass
    assert task_runs_of(state, {"list news"})["list news"] == ("Completed" if may_pass else "Failed", runs)
    assert len(calls) == runs


def two_sources(parameters, tmp_path) -> Path:
    """Add a second source to the configuration; gives its folder."""
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "a.md").write_text("---\ntitle: A letter\n---\n")
    configure(parameters, f"  letters:\n    uri: folder:{letters}\n")
    return letters


def test_a_source_that_fails_is_a_notice_and_the_run_is_partial(parameters, tmp_path, webhook):
    letters = two_sources(parameters, tmp_path)
    configure(parameters, "notices: {webhook: 'http://127.0.0.1:${HOOK_PORT}/'}\n")
    assert run(parameters).name == "Completed"
    letters.rename(tmp_path / "elsewhere")
    state = run(parameters)
    assert (state.type, state.name) == ("COMPLETED", "Partial")
    why = f"source letters (folder:{letters}): there is no such folder"
    assert state.message.startswith("partial: all: 21 files found, 20 unchanged, 1 rejected; current is 000001-")
    assert state.message.endswith(f"; failed: {why}")
    [notice] = webhook
    assert (notice["kind"], why in notice["text"]) == ("failed", True)
    assert why in artifacts_of(state)["report-" + slug(tmp_path)].data


@pytest.mark.parametrize("failures, name, runs", [(2, "Completed", 3), (9, "Partial", 4)])
def test_a_source_that_may_be_there_in_a_minute_is_tried_again_before_the_run_goes_on_without_it(
    parameters, tmp_path, monkeypatch, failures, name, runs
):
    two_sources(parameters, tmp_path)
    plan_source, calls = matterhouse.engine.plan.plan_source, []

    def plan(source, *arguments):
        calls.append(source)
        if source == "letters" and calls.count("letters") <= failures:
            raise SourceUnavailable("letters", "https://git.example.org/letters", "its host does not answer", True)
        return plan_source(source, *arguments)

    monkeypatch.setattr("matterhouse.engine.run_sources.plan_source", plan)
    monkeypatch.setattr(
        "matterhouse.flows.stages.step", matterhouse.flows.stages.step.with_options(retry_delay_seconds=0)
    )
    state = run(parameters)
    assert state.name == name
    listed = "list news, letters"
    assert task_runs_of(state, {listed})[listed] == ("Completed", runs)
    assert (calls.count("news"), calls.count("letters")) == (1, runs)


def test_a_mistake_in_the_code_fails_and_leaves_the_warehouse_as_it_was(parameters, monkeypatch, tmp_path):
    def broken(self):
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr("matterhouse.engine.run.Run.check", broken)
    with pytest.raises(ZeroDivisionError):
        matterhouse.flows.refresh.refresh(parameters)
    assert not (tmp_path / "warehouse" / "current").exists()
    assert [row["state"] for row in ledger_runs(tmp_path / "warehouse")] == ["failed"]


def configure(parameters: RefreshParameters, text: str) -> None:
    with parameters.config.open("a") as file:
        file.write(text)


def test_failures_send_a_notice_once(parameters, stories, webhook):
    configure(parameters, "notices: {webhook: 'http://127.0.0.1:${HOOK_PORT}/'}\n")
    stories.rename(stories.parent / "elsewhere")
    run(parameters)
    run(parameters)
    [notice] = webhook
    assert notice["kind"] == "failed"
    assert "there is no such folder" in notice["text"]


def test_too_many_rejects_are_a_notice_and_a_state_of_their_own(parameters, webhook, tmp_path):
    configure(
        parameters,
        "notices: {webhook: 'http://127.0.0.1:${HOOK_PORT}/'}\nlimits: {rejected_share: 0, rejected_count: 0}\n",
    )
    state = run(parameters)
    assert (state.type, state.name) == ("FAILED", "TooManyRejects")
    assert [notice["kind"] for notice in webhook] == ["rejects"]
    page = artifacts_of(state)["report-" + slug(tmp_path)].data
    assert "broken.md" in page and "yaml" in page


def test_a_stale_source_is_a_notice(parameters, stories, webhook):
    configure(parameters, "    max_age: 24\nnotices: {webhook: 'http://127.0.0.1:${HOOK_PORT}/'}\n")
    assert run(parameters).is_completed()
    assert [notice["kind"] for notice in webhook] == ["stale"]
    assert "source news has no content that is younger than 24 hours" in webhook[0]["text"]


def test_a_notice_that_cannot_be_sent_changes_nothing(parameters, stories, monkeypatch):
    monkeypatch.setenv("HOOK_PORT", "1")
    configure(
        parameters,
        "    max_age: 24\nnotices: {webhook: 'http://127.0.0.1:${HOOK_PORT}/s3cret', block: slack-webhook/none}\n",
    )
    assert run(parameters).is_completed()


def test_a_notification_block_of_prefects_sends_the_notice(parameters, stories, webhook):
    address = f"http://127.0.0.1:{os.environ['HOOK_PORT']}/"
    block = CustomWebhookNotificationBlock(
        name="operators", url=address, json_data={"title": "{{subject}}", "text": "{{body}}"}
    )
    block.save("operators", overwrite=True)
    configure(parameters, "    max_age: 24\nnotices: {block: custom-webhook/operators}\n")
    assert run(parameters).is_completed()
    [notice] = webhook
    assert notice["title"] == f"Matterhouse stale: {parameters.config.parent / 'warehouse'}"
    assert "source news has no content that is younger than 24 hours" in notice["text"]
