"""How many examples the dear properties try: few in each run, many in a full one."""

from hypothesis import settings

IN_FULL = 8  # times as many


def examples(usual: int) -> int:
    """Return how many examples to try where ``usual`` are enough for each push."""
    return usual * IN_FULL if settings.get_current_profile_name() == "full" else usual
