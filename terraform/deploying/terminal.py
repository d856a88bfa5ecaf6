"""What the person at the terminal, or a workflow's log, is told and asked."""


def tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command that a person watches


def agreed(question: str) -> bool:
    return input(f"{question} Only 'yes' does: ").strip() == "yes"
