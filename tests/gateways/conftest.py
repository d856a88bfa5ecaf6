"""AWS on loopback: moto, a call at a time, so that a condition holds as it does in AWS."""

import threading
from collections.abc import Iterator

import pytest

REGION = "eu-west-1"


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join(5)
    server.server_close()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that leads to no real account; say AWS_ENDPOINT_URL to lead somewhere."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")  # nobody there
    return monkeypatch


@pytest.fixture
def aws(aws_url: str, account: pytest.MonkeyPatch) -> str:
    """The environment that sends this test's calls of AWS to the emulator; its address."""
    account.setenv("AWS_ENDPOINT_URL", aws_url)
    return aws_url
