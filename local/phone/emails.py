"""The e-mails that the emulator's SES took, for the page."""

import email
import email.policy
import json
import urllib.request
from email.message import EmailMessage
from typing import Any

MAX_TEXT = 20_000


def sent(aws_url: str) -> list[dict[str, Any]]:
    """Return what was sent since the emulator started, the newest first; nothing without an emulator."""
    if not aws_url:
        return []
    with urllib.request.urlopen(f"{aws_url}/moto-api/data.json", timeout=10) as answer:
        models = json.load(answer).get("ses", {})
    raw = [_read(each) for each in models.get("RawMessage", [])]
    plain = [
        _serialize_email(each["source"], each["destinations"].get("ToAddresses", []), each["subject"], each["body"], [])
        for each in models.get("Message", [])
    ]
    return [*reversed(raw), *reversed(plain)]


def _read(each: dict[str, Any]) -> dict[str, Any]:
    message = email.message_from_string(each["raw_data"], EmailMessage, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    text = "" if body is None else str(body.get_content())
    files = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    return _serialize_email(str(message["From"]), [str(message["To"])], str(message["Subject"]), text, files)


def _serialize_email(source: str, to: list[str], subject: str, text: str, files: list[str]) -> dict[str, Any]:
    return {"from": source, "to": ", ".join(to), "subject": subject, "text": text[:MAX_TEXT], "files": files}
