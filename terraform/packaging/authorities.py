"""`make authorities`: the certificates of the authorities that Aurora's clusters show, for the deployment zip.

They are public and change every few years, so the file is committed, and only this command asks AWS for it.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html
"""

import datetime as dt
import sys
import urllib.request
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

URL = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
FILE = Path(__file__).with_name("rds-ca-bundle.pem")
TIMEOUT_S = 30
OWNER = "Amazon Web Services, Inc."


class Refused(RuntimeError):
    """What came is no bundle of RDS's authorities; nothing was written."""


def main() -> None:
    try:
        count = fetch(URL, FILE)
    except (OSError, Refused) as error:
        sys.exit(f"{URL}: {error}")
    print(f"{FILE.name}: {count} authorities; commit it, and package anew")  # noqa: T201 - what the command tells


def fetch(url: str, file: Path) -> int:
    """Write the certificates at ``url`` to ``file`` and return how many they are.

    Raises:
        OSError: nobody answers.
        Refused: one of them is not of an authority of AWS, or has run out.
    """
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - named above
        text: bytes = answer.read()
    try:
        certificates = x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise Refused("it holds no certificates") from error
    now = dt.datetime.now(dt.UTC)
    for each in certificates:
        _check(each, now)
    file.write_bytes(text)
    return len(certificates)


def _check(certificate: x509.Certificate, now: dt.datetime) -> None:
    owners = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    try:
        is_authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_authority = False
    if owners != [OWNER] or not is_authority:
        raise Refused(f"{certificate.subject.rfc4514_string()} is no authority of {OWNER}")
    if certificate.not_valid_after_utc <= now:
        raise Refused(f"{certificate.subject.rfc4514_string()} has run out")


if __name__ == "__main__":
    main()
