"""Which tokens show who asks, and what happens while an issuer is silent."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from chalice.app import AuthRequest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.access import authorizer, tokens
from chalicelib.errors import Unavailable
from tests.issuers import NO_CLAIM, FakeIssuer, issuing

PHONE = "+254712345678"


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with issuing("west") as running:
        yield running


@pytest.fixture
def other() -> Iterator[FakeIssuer]:
    with issuing("central") as running:
        yield running


def verified(token: str, *issuers: FakeIssuer) -> str:
    return tokens.verify_sign_in(f"Bearer {token}", [each.setting() for each in issuers]).phone


def test_a_token_of_either_issuer_is_taken(issuer: FakeIssuer, other: FakeIssuer) -> None:
    assert verified(issuer.token(PHONE), issuer, other) == PHONE
    assert verified(other.token(PHONE), issuer, other) == PHONE


def test_an_issuer_that_is_not_listed_is_refused(issuer: FakeIssuer, other: FakeIssuer) -> None:
    with pytest.raises(tokens.InvalidToken, match="unknown issuer"):
        verified(other.token(PHONE), issuer)


def test_one_issuers_key_does_not_sign_for_another(issuer: FakeIssuer, other: FakeIssuer) -> None:
    forged = other.token(PHONE, iss=issuer.setting().issuer, aud=issuer.setting().audience)
    issuer.key_set()
    with pytest.raises(tokens.InvalidToken):
        verified(forged, issuer, other)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "app-of-somebody-else"},
        {"aud": NO_CLAIM},
        {"exp": int(time.time()) - 3600},
        {"exp": NO_CLAIM},
        {"iat": NO_CLAIM},
        {"iss": NO_CLAIM},
        {"token_use": "access"},
        {"token_use": NO_CLAIM},
        {"phone_number_verified": "false"},
        {"phone_number_verified": False},
        {"phone_number_verified": NO_CLAIM},
        {"phone_number": NO_CLAIM},
        {"phone_number": ""},
        {"phone_number": "0712345678"},
        {"phone_number": ["+254712345678"]},
        {"cognito:groups": NO_CLAIM},
        {"cognito:groups": []},
        {"cognito:groups": ["operators"]},
        {"cognito:groups": "passwordless"},
        {"nbf": int(time.time()) + 3600},
    ],
    # Every worker must give a case the same name, whenever it starts.
    ids=lambda changed: ",".join(f"{name}-{type(value).__name__}" for name, value in changed.items()),
)
def test_a_token_that_does_not_show_who_asks_is_refused(issuer: FakeIssuer, changed: dict[str, Any]) -> None:
    with pytest.raises(tokens.InvalidToken):
        verified(issuer.token(PHONE, **changed), issuer)


def test_a_verified_number_may_be_told_as_text_or_as_truth(issuer: FakeIssuer) -> None:
    assert verified(issuer.token(PHONE, phone_number_verified=True), issuer) == PHONE
    assert verified(issuer.token(PHONE, phone_number_verified="true"), issuer) == PHONE


def test_the_subject_is_never_used(issuer: FakeIssuer) -> None:
    assert verified(issuer.token(PHONE, sub="+254700000000"), issuer) == PHONE
    assert verified(issuer.token(PHONE, sub=NO_CLAIM), issuer) == PHONE


def unsigned(claims: dict[str, Any], **header: Any) -> str:
    parts = [json.dumps(part).encode() for part in ({"typ": "JWT", **header}, claims)]
    return b".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts), b""]).decode()


def test_a_token_without_a_signature_is_refused(issuer: FakeIssuer) -> None:
    assert verified(issuer.token(PHONE), issuer) == PHONE
    for algorithm in ("none", "None", "NONE", ""):
        with pytest.raises(tokens.InvalidToken):
            verified(unsigned(issuer.claims(PHONE), alg=algorithm, kid=issuer.key_id), issuer)


def test_a_token_signed_with_a_shared_secret_is_refused(issuer: FakeIssuer) -> None:
    """The public key is known to all, so a token that is keyed with it by HMAC must not pass."""
    assert verified(issuer.token(PHONE), issuer) == PHONE
    public = issuer.keys[issuer.key_id].public_key()
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        secret = public.public_bytes(Encoding.PEM, form)  # PyJWT itself refuses to sign with this
        signing_input = unsigned(issuer.claims(PHONE), alg="HS256", kid=issuer.key_id).rstrip(".")
        signature = base64.urlsafe_b64encode(hmac.digest(secret, signing_input.encode(), "sha256"))
        with pytest.raises(tokens.InvalidToken):
            verified(f"{signing_input}.{signature.rstrip(b'=').decode()}", issuer)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic x", "Bearer a.b.c", "Bearer " + "x" * 9000, "x"])
def test_what_is_no_token_is_refused(issuer: FakeIssuer, header: str) -> None:
    with pytest.raises(tokens.InvalidToken):
        tokens.verify_sign_in(header, [issuer.setting()])


def test_a_token_changed_on_the_way_is_refused(issuer: FakeIssuer) -> None:
    head, body, signature = issuer.token(PHONE).split(".")
    claims = issuer.claims("+254700000000")
    other_body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    for changed in (f"{head}.{other_body}.{signature}", f"{head}.{body}.{signature[:-8]}AAAAAAAA"):
        with pytest.raises(tokens.InvalidToken):
            verified(changed, issuer)


def test_keys_are_fetched_once_and_an_unknown_one_asks_at_most_once_a_minute(issuer: FakeIssuer) -> None:
    for _ in range(5):
        verified(issuer.token(PHONE), issuer)
    assert issuer.answers == 1
    for _ in range(5):
        with pytest.raises(tokens.InvalidToken, match="unknown key"):
            verified(issuer.token(PHONE, key_id="second"), issuer)
    assert issuer.answers == 1


def test_a_new_key_is_found_after_a_minute(issuer: FakeIssuer) -> None:
    keys, now = tokens.KeySet(issuer.jwks_url), 1000.0
    assert keys.find(issuer.key_id, now=now) is not None
    issuer.token(PHONE, key_id="second")
    assert keys.find("second", now=now + tokens.REFETCH_AFTER_S - 1) is None
    assert keys.find("second", now=now + tokens.REFETCH_AFTER_S + 1) is not None
    assert issuer.answers == 2


@pytest.mark.parametrize("fault", ["broken", "silent"])
def test_the_last_good_keys_are_kept_while_the_issuer_does_not_answer(issuer: FakeIssuer, fault: str) -> None:
    keys, now = tokens.KeySet(issuer.jwks_url, timeout_s=1), 1000.0
    good = keys.find(issuer.key_id, now=now)
    issuer.broken, issuer.silent_s = fault == "broken", 2 if fault == "silent" else 0
    now += tokens.KEYS_MAX_AGE_S + 1
    assert keys.find(issuer.key_id, now=now) is good
    assert keys.find(issuer.key_id, now=now + 1) is good
    assert issuer.answers == 2  # tried again once, and not for each request
    issuer.broken, issuer.silent_s = False, 0
    assert keys.find(issuer.key_id, now=now + tokens.REFETCH_AFTER_S + 1) is not None
    assert issuer.answers == 3


def test_a_silent_issuer_is_given_up_in_time(issuer: FakeIssuer) -> None:
    issuer.silent_s = 4
    keys = tokens.KeySet(issuer.jwks_url, timeout_s=0.1)
    assert keys.find(issuer.key_id) is None  # who waits four seconds finds it
    assert tokens.FETCH_TIMEOUT_S == 2


def asked_with(token: str) -> AuthRequest:
    return AuthRequest("TOKEN", token, "arn:aws:execute-api:eu-west-1:1:api/stage/GET/v1/me")


@pytest.mark.parametrize(
    ("told", "expected"),
    [(1_790_000_000, 1_790_000_000), (NO_CLAIM, None), ("1790000000", None), (True, None), (1.5, None), (-1, None)],
    ids=["seconds", "none", "text", "truth", "fraction", "negative"],
)
def test_when_they_signed_in_is_told_where_the_token_says_it(issuer: FakeIssuer, told: Any, expected: Any) -> None:
    token = issuer.token(PHONE, auth_time=told)
    assert tokens.verify_sign_in(f"Bearer {token}", [issuer.setting()]) == (PHONE, expected)


def test_the_authorizer_tells_the_number_the_time_and_nothing_else(
    issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = issuer.setting()
    listed = [{"issuer": setting.issuer, "audience": setting.audience, "jwks_url": setting.jwks_url}]
    monkeypatch.setenv("TOKEN_ISSUERS", json.dumps(listed))
    event = {"type": "TOKEN", "methodArn": asked_with("").method_arn}
    token = issuer.token(PHONE, auth_time=1_790_000_000)
    told = authorizer.verify_token({**event, "authorizationToken": f"Bearer {token}"}, None)
    assert told["context"] == {"phone": PHONE, "auth_time": "1790000000"}  # API Gateway makes text of all
    assert told["principalId"] == PHONE
    token = issuer.token(PHONE, auth_time=NO_CLAIM)
    told = authorizer.verify_token({**event, "authorizationToken": f"Bearer {token}"}, None)
    assert told["context"] == {"phone": PHONE}
    with pytest.raises(Exception, match=r"^Unauthorized$"):  # API Gateway makes a 401 of this very text
        authorizer.verify_token({**event, "authorizationToken": "Bearer x"}, None)


def test_an_issuer_that_never_answered_is_not_asked_for_each_token(issuer: FakeIssuer) -> None:
    issuer.broken = True
    keys, now = tokens.KeySet(issuer.jwks_url), 1000.0
    assert [keys.find(issuer.key_id, now=now + second) for second in range(tokens.REFETCH_EMPTY_AFTER_S)] == [None] * 5
    assert issuer.answers == 1
    issuer.broken = False
    assert keys.find(issuer.key_id, now=now + tokens.REFETCH_EMPTY_AFTER_S + 1) is not None


@pytest.mark.parametrize("where", ["claims", "header"])
def test_a_token_of_deep_nesting_is_refused_as_any_other(issuer: FakeIssuer, where: str) -> None:
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}").rstrip(b"=").decode()
    head, claims, signature = issuer.token(PHONE).split(".")
    with pytest.raises(tokens.InvalidToken):
        verified(f"{head}.{deep}.{signature}" if where == "claims" else f"{deep}.{claims}.{signature}", issuer)


@pytest.mark.parametrize("key_id", [None, 7, ["first"], {"a": 1}, "../first", "first' OR '1'='1", "https://x/keys"])
def test_a_key_id_names_a_known_key_or_nothing(issuer: FakeIssuer, key_id: Any) -> None:
    assert verified(issuer.token(PHONE), issuer) == PHONE
    header = {"typ": "JWT", "alg": "RS256", "kid": key_id, "jku": issuer.jwks_url, "x5u": issuer.jwks_url}
    forged = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    _, claims, signature = issuer.token(PHONE).split(".")
    with pytest.raises(tokens.InvalidToken):
        verified(f"{forged}.{claims}.{signature}", issuer)
    assert issuer.answers == 1  # nor is anything fetched by what the token says


@pytest.mark.parametrize("ending", ["/", "/x", ".example", "#", "?"])
def test_an_issuer_is_known_by_its_whole_name(issuer: FakeIssuer, ending: str) -> None:
    with pytest.raises(tokens.InvalidToken, match="unknown issuer"):
        verified(issuer.token(PHONE, iss=issuer.setting().issuer + ending), issuer)


@pytest.mark.parametrize("phone", ["+", "+254", "+0712345678", "+1234567890123456", "+25471234567x", "+254 712345678"])
def test_a_number_that_is_none_is_refused(issuer: FakeIssuer, phone: str) -> None:
    with pytest.raises(tokens.InvalidToken):
        verified(issuer.token(phone), issuer)


@pytest.mark.parametrize("phone", ["+447911123456", "+8613812345678", "+123456789012345"])
def test_a_number_of_another_country_signs_in_too(issuer: FakeIssuer, phone: str) -> None:
    assert verified(issuer.token(phone), issuer) == phone


@dataclass
class FakeCopies:
    """Copies in memory; ``away``: nobody can be asked."""

    kept: dict[str, str] = field(default_factory=dict)
    writes: int = 0
    away: bool = False

    def find(self, name: str) -> str | None:
        if self.away:
            raise Unavailable("away")
        return self.kept.get(name)

    def keep(self, name: str, text: str) -> None:
        self.writes += 1
        self.kept[name] = text


def test_an_issuer_that_dies_is_verified_by_the_copy_of_its_keys(issuer: FakeIssuer, other: FakeIssuer) -> None:
    copies = FakeCopies()
    assert tokens.store_key_copies([issuer.setting(), other.setting()], copies) == 2
    assert tokens.store_key_copies([issuer.setting(), other.setting()], copies) == 0
    assert copies.writes == 2  # what has not changed is not written
    issuer.broken = True
    token = f"Bearer {issuer.token(PHONE)}"
    assert tokens.verify_sign_in(token, [issuer.setting(), other.setting()], lambda: copies).phone == PHONE
    assert tokens.store_key_copies([issuer.setting(), other.setting()], copies) == 0
    assert copies.writes == 2  # a dead issuer's copy stays


def test_an_issuer_that_is_gone_from_the_net_is_verified_by_the_copy_too() -> None:
    copies = FakeCopies()
    with issuing("gone") as issuer:
        tokens.store_key_copies([issuer.setting()], copies)
        token = f"Bearer {issuer.token(PHONE)}"
    assert tokens.verify_sign_in(token, [issuer.setting()], lambda: copies).phone == PHONE
    with pytest.raises(tokens.InvalidToken, match="unknown key"):
        tokens.verify_sign_in(f"Bearer {issuer.token(PHONE, key_id='never seen')}", [issuer.setting()], lambda: copies)


def test_a_copy_knows_keys_that_came_after_this_process_fetched(issuer: FakeIssuer) -> None:
    copies, now = FakeCopies(), 1000.0
    keys = tokens.KeySet(issuer.jwks_url, copies=lambda: copies)
    first = keys.find("first", now=now)
    issuer.token(PHONE, key_id="second")
    tokens.store_key_copies([issuer.setting()], copies)
    issuer.broken = True
    assert keys.find("second", now=now + tokens.REFETCH_AFTER_S + 1) is not None
    assert keys.find("first", now=now + tokens.REFETCH_AFTER_S + 2) is first


def test_copies_are_asked_for_while_the_issuer_is_silent_and_seldom_then(issuer: FakeIssuer) -> None:
    calls = []

    def copies() -> FakeCopies:
        calls.append(1)
        return FakeCopies(away=True)

    keys, now = tokens.KeySet(issuer.jwks_url, copies=copies), 1000.0
    assert keys.find(issuer.key_id, now=now) is not None
    assert calls == []
    issuer.broken = True
    now += tokens.KEYS_MAX_AGE_S + 1
    for second in range(30):
        assert keys.find(issuer.key_id, now=now + second) is not None
    assert calls == [1]


@pytest.mark.parametrize("kept", ["", "no JSON", "{}", '{"keys": []}', '{"keys": [{"kid": "first"}]}'])
def test_a_copy_that_cannot_be_read_is_no_key(issuer: FakeIssuer, kept: str) -> None:
    issuer.broken = True
    copies = FakeCopies({tokens.key_copy_name(issuer.jwks_url): kept})
    with pytest.raises(tokens.InvalidToken, match="unknown key"):
        tokens.verify_sign_in(f"Bearer {issuer.token(PHONE)}", [issuer.setting()], lambda: copies)


def test_a_key_set_without_keys_takes_none_away(issuer: FakeIssuer) -> None:
    copies = FakeCopies()
    tokens.store_key_copies([issuer.setting()], copies)
    issuer.keys, issuer.empty = {}, True
    assert tokens.store_key_copies([issuer.setting()], copies) == 0
    assert copies.writes == 1


def test_a_copy_is_named_as_parameter_store_allows() -> None:
    url = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1Cd2Ef3/.well-known/jwks.json"
    name = "cognito-idp.eu-west-1.amazonaws.com-eu-west-1_Ab1Cd2Ef3-.well-known-jwks.json"
    assert tokens.key_copy_name(url) == name
