"""Every setting is told in docs/settings.md, and what is told there is read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import config
from tests.house.source import LIBRARY, ROOT, files, tree_of

READERS = {"os.environ.get", "_parse_seconds", "_parse_cents", "_parse_days", "_parse_flag", "_parse_hosts"}
DOCUMENT = ROOT / "docs" / "settings.md"


def told(section: int) -> dict[str, str]:
    """Return the variables of the table in that section and their defaults, as they are written."""
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (.+) \|$", DOCUMENT.read_text().split("\n## ")[section], re.MULTILINE)
    assert all(len(what) > 20 for _, _, what in rows)
    return {name: default for name, default, _ in rows}


def read_in(path: Path) -> Iterator[tuple[str, str | None]]:
    """Yield each variable that the file reads, with its default where that is written there."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in READERS:
            name, *default = node.args
            if isinstance(name, ast.Constant):
                plain = default and isinstance(default[0], ast.Constant)
                yield str(name.value), str(ast.literal_eval(default[0])) if plain else None
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            yield ast.literal_eval(node.slice), None


def test_what_config_reads_is_told_and_nothing_else() -> None:
    assert set(told(0)) == {name for name, _ in read_in(LIBRARY / "config.py")}


def test_what_only_a_laptop_reads_is_told() -> None:
    read = {name for path in files("local") for name, _ in read_in(path)}
    assert read <= set(told(0)) | set(told(1))
    assert set(told(1)) <= read


def test_each_default_is_what_is_told() -> None:
    wanted = {name: default for name, default in read_in(LIBRARY / "config.py") if default is not None}
    assert len(wanted) >= 5
    for name, default in wanted.items():
        assert told(0)[name] == (f"`{default}`" if default else "empty"), name


def test_nothing_need_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in told(0):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    settings = config.settings()
    assert settings.database_url == f"sqlite:///{tmp_path}/.local/plotihub.sqlite3"
    assert settings.database_reader_url == settings.database_url
    assert settings.key_file == f"{tmp_path}/.local/keys.json"
    assert (settings.database_timeout_s, settings.token_issuers) == (5, ())
    assert (settings.database_writer_hosts, settings.database_iam, settings.database_ca_file) == ((), False, "")
    assert (settings.cors_origin, settings.kms_key_id, settings.log_level) == ("", "", "INFO")
    assert (settings.sms_price_cents, settings.sns_price_cents) == (80, 3900)
    assert settings.claims_folder == f"{tmp_path}/.local/claims"
    assert settings.callback_token_hashes == frozenset()


def test_tokens_of_callbacks_are_told_by_their_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBACK_TOKEN_HASHES", f"{'a' * 64}, {'0B' * 32},")
    assert config.settings().callback_token_hashes == {"a" * 64, "0b" * 32}


def test_the_api_key_is_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFRICASTALKING_API_KEY", "atsk_secret")
    assert config.settings().africastalking_api_key == "atsk_secret"
    assert "atsk_secret" not in repr(config.settings())


def test_a_reader_follows_the_writer_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://a:b@writer/c")
    assert config.settings().database_reader_url == "mysql+pymysql://a:b@writer/c"
    monkeypatch.setenv("DATABASE_READER_URL", "mysql://a:b@reader/c")
    assert config.settings().database_url == "mysql+pymysql://a:b@writer/c"
    assert config.settings().database_reader_url == "mysql+pymysql://a:b@reader/c"


def test_hosts_of_the_writer_are_a_list_and_may_name_their_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_WRITER_HOSTS", "a.example.com, b.example.com:3307,")
    assert config.settings().database_writer_hosts == ("a.example.com", "b.example.com:3307")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_TIMEOUT_S", "0"),
        ("DATABASE_TIMEOUT_S", "61"),
        ("DATABASE_TIMEOUT_S", "five"),
        ("DATABASE_IAM", "secret"),
        ("DATABASE_WRITER_HOSTS", "mysql://secret@host"),
        ("DATABASE_WRITER_HOSTS", "host:secret"),
        ("SMS_PRICE_CENTS", "0.8"),
        ("SNS_PRICE_CENTS", "-1"),
        ("PHONE_SERVES_DAYS_AFTER_LEASE", "367"),
        ("CALLBACK_TOKEN_HASHES", "secret"),
        ("CALLBACK_TOKEN_HASHES", f"{'a' * 64},secret"),
        ("TOKEN_ISSUERS", "secret"),
        ("TOKEN_ISSUERS", '[{"issuer": "secret"}]'),
    ],
)
def test_what_cannot_be_understood_is_told_by_name_and_not_by_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name) as told_error:
        config.settings()
    assert "secret" not in str(told_error.value)
