"""Print the settings of the run that is on as shell exports, so that `chalice local` shares its data and tokens."""

import shlex

from local.state import Home


def main() -> None:
    home = Home.of_settings()
    _, emulator = home.running()
    for name, value in {**emulator.environment(), "PLOTIHUB_HOME": str(home.path)}.items():
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
