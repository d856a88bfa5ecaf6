"""The key file: one key for all who start at once, and nobody else's to read."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chalicelib.gateways.key_file import KeyFile

AT_ONCE = 8


def test_one_key_wins_for_all_threads_that_start_at_once(tmp_path: Path) -> None:
    for number in range(40):
        keys, start = KeyFile(str(tmp_path / str(number) / "keys.json")), threading.Barrier(AT_ONCE)

        def wrap(place: int, keys: KeyFile = keys, start: threading.Barrier = start) -> bytes:
            start.wait()
            return keys.wrap(bytes([place]) * 32)

        with ThreadPoolExecutor(AT_ONCE) as many:
            wrapped = list(many.map(wrap, range(AT_ONCE)))
        assert [keys.unwrap(each) for each in wrapped] == [bytes([place]) * 32 for place in range(AT_ONCE)]


def test_the_file_and_the_folder_made_for_it_are_their_owners(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    KeyFile(str(folder / "keys.json")).wrap(b"k" * 32)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [(each.name, stat.S_IMODE(each.stat().st_mode)) for each in folder.iterdir()] == [("keys.json", 0o600)]
