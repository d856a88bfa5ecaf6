"""One process of the AWS provider for all plans on mocks: Terraform else starts one for each run of a test, and asks
each for all that AWS has, which takes longer than the plan.

A mocked provider is never configured, so that one process may serve every folder; an apply configures several.
https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode
"""

import re
import subprocess
from pathlib import Path

REATTACH = "TF_REATTACH_PROVIDERS"
TOLD = re.compile(rf"{REATTACH}='(.+)'")
# `read` returns when the pipe to us closes, which it also does when we are killed.
GUARDIAN = '"$@" & provider=$!; read -r _; kill "$provider"; wait "$provider"'
STOP_TIMEOUT_S = 20


class Provider:
    """Started when it is first asked for."""

    def __init__(self) -> None:
        self._guardian: subprocess.Popen[str] | None = None
        self._environment: dict[str, str] = {}

    def environment(self, data: Path) -> dict[str, str]:
        """Return what leads Terraform to the process; the program is the one that was installed into ``data``."""
        if self._guardian is None:
            (program,) = (data / "providers").glob("*/*/*/*/*/terraform-provider-aws*")
            self._guardian = subprocess.Popen(
                ["/bin/sh", "-c", GUARDIAN, "sh", str(program), "-debug"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
            self._environment = {REATTACH: self._told()}
        return self._environment

    def _told(self) -> str:
        assert self._guardian is not None
        for line in self._guardian.stdout or ():
            found = TOLD.search(line)
            if found:
                return found[1]
        raise AssertionError(f"the provider ended with {self._guardian.wait()} before it was ready")

    def stop(self) -> None:
        if self._guardian is not None:
            if self._guardian.stdin:
                self._guardian.stdin.close()
            self._guardian.wait(STOP_TIMEOUT_S)
            if self._guardian.stdout:
                self._guardian.stdout.close()
