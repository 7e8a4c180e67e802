"""Who may read: people with a password, or those that a proxy lets through; hashes are of scrypt."""

import base64
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest

from matterhouse.dashboards.access import Access, User, WrongUser, is_loopback
from tests.dashboards.conftest import client_of

ADA, BOB = User.new("ada", "correct: horse ü"), User.new("bob", "x")


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture(scope="module")
def guarded(blog):
    with client_of(blog, access=Access(users=(ADA, BOB))) as client:
        yield client


@pytest.mark.parametrize("address", ["/", "/static/dashboard.css", "/csv/topics.csv", "/nothing"])
def test_nothing_is_shown_without_a_password(guarded, address):
    answer = guarded.get(address)
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Basic ")
    assert "posts" not in answer.text and answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "headers",
    [
        basic("ada", "wrong"),
        basic("ada", ""),
        basic("bob", "correct: horse ü"),
        basic("eve", "x"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic /w=="},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic " + base64.b64encode(b"ada").decode()},
        {"X-Remote-User": "ada"},
    ],
)
def test_a_wrong_password_is_none(guarded, headers):
    assert guarded.get("/", headers=headers).status_code == 401


def test_the_right_password_opens(guarded):
    for headers in (basic("ada", "correct: horse ü"), basic("bob", "x"), basic("ada", "correct: horse ü")):
        assert guarded.get("/", headers=headers).status_code == 200


def test_who_guesses_passwords_does_not_hold_up_those_who_read(guarded):
    assert guarded.get("/", headers=basic("ada", "correct: horse ü")).status_code == 200
    with ThreadPoolExecutor(60) as guessers:
        guesses = [guessers.submit(guarded.get, "/", headers=basic("ada", f"guess {n}")) for n in range(60)]
        next(as_completed(guesses))
        assert guarded.get("/", headers=basic("ada", "correct: horse ü")).status_code == 200
        assert sum(guess.done() for guess in guesses) < 50
        assert {guess.result().status_code for guess in guesses} == {401}


def test_with_users_any_host_name_may_be_used(guarded):
    assert guarded.get("/", headers={"Host": "dash.example.org"} | basic("bob", "x")).status_code == 200


def test_a_header_counts_from_its_proxy_alone(blog):
    behind = Access(header="X-Remote-User", proxies=("testclient",))
    with client_of(blog, access=behind) as client:
        assert client.get("/", headers={"X-Remote-User": "ada"}).status_code == 200
        assert client.get("/", headers={"X-Remote-User": " "}).status_code == 403
        assert client.get("/").status_code == 403
    with client_of(blog, access=Access(header="X-Remote-User")) as client:
        answer = client.get("/", headers={"X-Remote-User": "ada", "X-Forwarded-For": "127.0.0.1"})
        assert answer.status_code == 403


def test_a_user_is_written_and_read_back():
    again = User.of(str(ADA))
    assert again == ADA and again.has("correct: horse ü") and not again.has("correct")
    assert str(User.new("ada", "x")) != str(User.new("ada", "x"))
    assert ADA.hash.hex() not in repr(ADA)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ada",
        "ada:secret",
        pytest.param(str(ADA).replace("ada", "", 1), id="no name"),
        pytest.param(str(ADA).replace("scrypt", "md5"), id="another kind"),
        pytest.param(str(ADA).replace("16384", "16385"), id="odd rounds"),
        pytest.param(str(ADA).replace("16384", "4194304"), id="too many rounds"),
        pytest.param(str(ADA).replace(":8:1:", ":-8:1:"), id="negative"),
        pytest.param(str(ADA).rpartition(":")[0] + ":c2hvcnQ=", id="short"),
        pytest.param(str(ADA) + "%", id="no base64"),
        pytest.param(str(ADA) + ":more", id="too long"),
    ],
)
def test_a_user_that_cannot_be_read_is_refused(written):
    with pytest.raises(WrongUser, match="expected USER:scrypt:N:R:P:SALT:HASH"):
        print(User.of(written))


@pytest.mark.parametrize("name", ["", "a:b", "a\nb"])
def test_a_name_without_colon_is_needed(name):
    with pytest.raises(WrongUser):
        User.new(name, "x")


def test_which_addresses_are_this_machines_own():
    assert all(map(is_loopback, ["127.0.0.1", "127.0.0.2", "::1", "localhost"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "10.0.0.1", "dash.example.org", ""]))
