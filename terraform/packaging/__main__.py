"""`make package`: Chalice's output, made fit for the estate, beside the hand-written files of the ``api`` module.

And the canary's code, zipped beside it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from chalicelib.functions import FUNCTIONS
from chalicelib.web import gateway_responses as responses
from terraform.packaging import authorities, emitted, zipped

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "terraform" / "modules" / "api"
ZIP = "deployment.zip"
LOCK = ROOT / "requirements.txt"
CANARY = ROOT / "terraform" / "modules" / "canary"


def main() -> None:
    try:
        package(MODULE)
        package_canary(CANARY)
    except (emitted.Unexpected, RuntimeError) as error:
        sys.exit(f"packaging failed: {error}")
    if not authorities.FILE.is_file():
        sys.stderr.write("It lacks RDS's authorities, so nothing in it can log in to Aurora: `make authorities`.\n")
    size = (MODULE / ZIP).stat().st_size
    print(f"{(MODULE / ZIP).relative_to(ROOT)}: {size / 1e6:.1f} MB")  # noqa: T201 - what the command tells


def package(into: Path) -> None:
    """Package the application and write the generated files ``into`` the module's folder.

    Raises:
        RuntimeError: Chalice could not package it, or left out a locked release.
        Unexpected: it emitted what the module does not know.
    """
    limits = {name: emitted.Limits(*row) for name, row in FUNCTIONS.items()}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        _run_chalice(out)
        lacking = zipped.missing(out / ZIP, LOCK.read_text())
        if lacking:
            raise RuntimeError(f"no wheel that the lock knows runs on Lambda: {', '.join(lacking)}")
        made = emitted.module_of(json.loads((out / "chalice.tf.json").read_text()), limits, gateway_responses())
        zipped.rebuild(out / ZIP, into / ZIP, *([authorities.FILE] if authorities.FILE.is_file() else []))
    for name, content in (
        ("chalice.tf.json", made.emitted),
        ("chalice_override.tf.json", made.override),
        ("functions.tf.json", made.references),
        ("functions.auto.json", made.functions),
    ):
        (into / name).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def package_canary(into: Path) -> None:
    """Zip the canary's code ``into`` the module's folder, in the folder that CloudWatch Synthetics wants.

    https://docs.aws.amazon.com/AmazonSynthetics/latest/APIReference/API_CanaryCodeInput.html
    """
    zipped.pack(CANARY / "ask_health.py", "python/ask_health.py", into / "canary.zip")


def _run_chalice(out: Path) -> None:
    chalice = Path(sys.executable).with_name("chalice")
    environment = {
        **os.environ,
        "AWS_DEFAULT_REGION": "eu-west-1",  # its output names no Region, but it requires one
        # Where this machine's wheel does not run on Lambda, it downloads another by name and version alone; as
        # constraints, the lock's hashes apply to that one too.
        "PIP_CONSTRAINT": str(LOCK),
    }
    command = [str(chalice), "--project-dir", str(ROOT), "package", "--pkg-format", "terraform", str(out)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900, env=environment)  # noqa: S603
    if ran.returncode:
        raise RuntimeError(f"chalice package ended with {ran.returncode}:\n{ran.stderr[-2000:]}")


def gateway_responses() -> dict[str, Any]:
    """Return what API Gateway answers by itself, as its extension of Swagger says it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.gatewayResponse.html
    """
    told = {}
    for kind, response in responses.GATEWAY_RESPONSES.items():
        headers = responses.problem_headers(response, "context.requestId")
        told[kind] = {
            "statusCode": str(response.status),
            # A value is a literal in quotes, or names what to take it from.
            "responseParameters": {
                f"gatewayresponse.header.{name}": value if value == "context.requestId" else f"'{value}'"
                for name, value in headers.items()
                if name.lower() != "content-type"  # the template's own
            },
            "responseTemplates": {
                "application/json": json.dumps(responses.problem_document(response, "$context.requestId"))
            },
        }
    return told


if __name__ == "__main__":
    main()
