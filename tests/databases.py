"""A private MariaDB for tests and benchmarks: started, handed out by the database, and taken away again.

Nothing of the machine's own MariaDB is touched. The server has its own data
directory, a free port on loopback, a password made for it, and a guardian
shell that ends it and removes the directory when the pipe to us closes,
which is also what happens when this process is killed.
"""

import atexit
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pymysql

APT_PACKAGES = "mariadb-server-core mariadb-client-core"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20
USER = "plotihub"
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where the machine has one; mkdtemp names the rest
ROOM_BYTES = 2 * 1024**3  # which it must have left: a container's often has 64 MiB

# MySQL 8's default, spelled out: MariaDB's own is laxer about GROUP BY and zero dates.
SQL_MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)

# $1 is the directory, the rest is the server's command. `read` returns when the pipe closes.
GUARDIAN = 'dir=$1; shift; "$@" & server=$!; read -r _; kill "$server"; wait "$server"; rm -rf "$dir"'


class CannotStart(RuntimeError):
    """MariaDB is not installed, or it ended before it answered; the message holds its log."""


@dataclass(slots=True)
class Server:
    """A running server; ``create_database`` hands out empty databases on it."""

    port: int
    password: str
    directory: Path
    guardian: "subprocess.Popen[bytes]" = field(repr=False)

    def url(self, database: str = "") -> str:
        """Return the address of ``database`` for a user who may do everything, also make other users."""
        return f"mysql+pymysql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Make ``name`` anew, dropping one that is there, and return its address."""
        execute(self.url(), f"DROP DATABASE IF EXISTS `{name}`", f"CREATE DATABASE `{name}`")
        return self.url(name)

    def stop(self) -> None:
        """End the server and remove its directory; a second call does nothing."""
        if self.guardian.stdin and not self.guardian.stdin.closed:
            self.guardian.stdin.close()
        try:
            self.guardian.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.guardian.pid, 9)  # its own session, so only what we started
            self.guardian.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def installed() -> bool:
    return _program("mariadbd") is not None and _program("mariadb-install-db") is not None


def start(*, buffer_pool_mb: int = 128, options: tuple[str, ...] = (), in_memory: bool = False) -> Server:
    """Start a server and return it once it answers; it ends with this process at the latest.

    Args:
        buffer_pool_mb: InnoDB's cache; benchmarks want more than the tests.
        options: further command-line options of mariadbd, which win over ours.
        in_memory: keep the data off the disk if there is room, since each change of a table waits for the disk.

    Raises:
        CannotStart: not installed, or it did not answer within ``START_TIMEOUT_S``.
    """
    daemon, installer = _program("mariadbd"), _program("mariadb-install-db")
    if daemon is None or installer is None:
        raise CannotStart(f"MariaDB is not installed; as root: apt-get install --yes {APT_PACKAGES}")
    # Short: a socket's path has 107 bytes.
    directory = Path(tempfile.mkdtemp(prefix="plotihub-db-", dir=_memory() if in_memory else None))
    try:
        _make_system_tables(installer, directory)
        server = _launch(daemon, directory, buffer_pool_mb, options)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    atexit.register(server.stop)
    try:
        _await_answer(server)
    except BaseException:
        server.stop()
        raise
    return server


def execute(url: str, *statements: str) -> None:
    """Run statements that return nothing, each committed, on the database at ``url``."""
    address, _, database = url.partition("://")[2].partition("/")
    credentials, _, host_port = address.rpartition("@")
    user, _, password = credentials.partition(":")
    host, _, port = host_port.partition(":")
    connection = pymysql.connect(
        host=host,
        port=int(port),
        user=user,
        password=password,
        database=database or None,
        autocommit=True,
        connect_timeout=5,
    )
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _program(name: str) -> str | None:
    # Debian keeps the server in /usr/sbin, which an ordinary user's PATH lacks.
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/local/bin")


def _memory() -> Path | None:
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        return MEMORY
    return None


def _as_root() -> tuple[str, ...]:
    return ("--user=root",) if os.geteuid() == 0 else ()  # mariadbd refuses root unless told


def _make_system_tables(installer: str, directory: Path) -> None:
    command = [
        installer,
        "--no-defaults",
        *_as_root(),
        f"--datadir={directory / 'data'}",
        f"--tmpdir={directory}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--innodb-log-file-size=64M",
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"mariadb-install-db failed:\n{done.stdout}")


def _launch(daemon: str, directory: Path, buffer_pool_mb: int, options: tuple[str, ...]) -> Server:
    password, port = secrets.token_hex(16), _free_port()
    (directory / "init.sql").write_text(
        # One statement a line: the init file knows no other end.
        f"CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        f"GRANT ALL ON *.* TO '{USER}'@'127.0.0.1' WITH GRANT OPTION;\n"
        "DROP USER IF EXISTS 'root'@'127.0.0.1';\n"
    )
    (directory / "init.sql").chmod(0o600)
    command = [
        daemon,
        "--no-defaults",
        *_as_root(),
        f"--datadir={directory / 'data'}",
        f"--tmpdir={directory}",
        f"--socket={directory / 'socket'}",
        f"--pid-file={directory / 'pid'}",
        f"--init-file={directory / 'init.sql'}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        "--skip-name-resolve",
        "--max-connections=200",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_unicode_ci",
        f"--sql-mode={SQL_MODE}",
        "--default-time-zone=+00:00",
        "--log-bin-trust-function-creators=1",
        # Durability is worth nothing here: the directory goes when the process does.
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
        "--innodb-log-file-size=64M",
        f"--innodb-buffer-pool-size={buffer_pool_mb}M",
        *options,
    ]
    with (directory / "log").open("wb") as log:
        guardian = subprocess.Popen(
            ["/bin/sh", "-c", GUARDIAN, "sh", str(directory), *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is ours to handle, not the server's
        )
    return Server(port=port, password=password, directory=directory, guardian=guardian)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_answer(server: Server) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if not (server.directory / "data").exists():
            break  # the guardian cleared up: the server has ended
        try:
            execute(server.url(), "SELECT 1")
        except pymysql.err.OperationalError:
            if _gave_up(server):
                break
            time.sleep(0.05)
        else:
            return
    log = server.directory / "log"
    raise CannotStart(f"MariaDB did not answer:\n{log.read_text(errors='replace') if log.exists() else ''}")


def _gave_up(server: Server) -> bool:
    # The server writes [ERROR] ... Aborting when it cannot start; the guardian would wait for us.
    log = server.directory / "log"
    return log.exists() and "Aborting" in log.read_text(errors="replace")
