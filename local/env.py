"""Print the settings of the run that is on as shell exports, so that `chalice local` shares its data and tokens."""

import shlex

from local.emulator import Emulator
from local.state import Home


def environment(home: Home, aws: Emulator) -> dict[str, str]:
    """Return the environment variables of every process of a run, except the phones' URL."""
    own = {"PLOTIHUB_HOME": str(home.path), "CLAIMS_FOLDER": str(home.claims)}
    return {**aws.environment(), **home.secrets().environment(), **own}


def main() -> None:
    home = Home.of_settings()
    on = home.running()
    for name, value in {**environment(home, on.emulator), "AFRICASTALKING_URL": on.phone_url}.items():
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
