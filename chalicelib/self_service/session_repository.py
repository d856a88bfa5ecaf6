"""SQL of phone sessions: a guard row, locked while a phone is answered, and session state.

Rows belong to no organisation, since the sender names none.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.storage.tables.phone_commands import phone_guards, phone_sessions


def lock_phone(db: Connection, phone: str, now: dt.datetime) -> bool:
    """Lock the phone's guard row until commit; return whether its commands are blocked."""
    guard = select(phone_guards.c.closed_until).where(phone_guards.c.phone == phone).with_for_update()
    row = db.execute(guard).one_or_none()
    if row is None:
        try:
            with db.begin_nested():
                db.execute(insert(phone_guards).values(phone=phone, wrong_answers=0, faults=0, changed_at=now))
        except IntegrityError:
            pass  # inserted concurrently
        row = db.execute(guard).one()
    return row.closed_until is not None and row.closed_until > now


def is_closed(db: Connection, phone: str, now: dt.datetime) -> bool:
    """Return whether the phone's commands are blocked, without a lock."""
    query = select(phone_guards.c.phone).where(phone_guards.c.phone == phone, phone_guards.c.closed_until > now)
    return db.scalar(query) is not None


def count_wrong_answer(db: Connection, phone: str, now: dt.datetime, since: dt.datetime) -> int:
    """Count a wrong answer and return how many there were after ``since``."""
    table, same_phone = phone_guards, phone_guards.c.phone == phone
    increment = update(table).where(same_phone, table.c.wrong_at > since)
    if not db.execute(increment.values(wrong_answers=table.c.wrong_answers + 1, changed_at=now)).rowcount:
        db.execute(update(table).where(same_phone).values(wrong_answers=1, wrong_at=now, changed_at=now))
    return int(db.scalar(select(table.c.wrong_answers).where(same_phone)) or 0)


def close_commands(db: Connection, phone: str, until: dt.datetime, now: dt.datetime) -> None:
    """Block the phone's commands until ``until``, and reset the count."""
    query = update(phone_guards).where(phone_guards.c.phone == phone)
    db.execute(query.values(closed_until=until, wrong_answers=0, wrong_at=None, changed_at=now))


def count_fault(db: Connection, phone: str, now: dt.datetime, since: dt.datetime, most: int) -> bool:
    """Count a fault unless there were ``most`` after ``since``; return whether it was counted."""
    table, same_phone = phone_guards, phone_guards.c.phone == phone
    increment = update(table).where(same_phone, table.c.faults_at > since, table.c.faults < most)
    if db.execute(increment.values(faults=table.c.faults + 1, changed_at=now)).rowcount:
        return True
    restart = update(table).where(same_phone, or_(table.c.faults_at.is_(None), table.c.faults_at <= since))
    return db.execute(restart.values(faults=1, faults_at=now, changed_at=now)).rowcount == 1


def find_session(db: Connection, phone: str, session: str, now: dt.datetime) -> dict[str, Any] | None:
    query = select(phone_sessions.c.state).where(
        phone_sessions.c.phone == phone, phone_sessions.c.session == session, phone_sessions.c.expires_at > now
    )
    state: dict[str, Any] | None = db.scalar(query)
    return state


def save_session(db: Connection, phone: str, session: str, state: dict[str, Any], expires_at: dt.datetime) -> None:
    """Store ``state``, replacing the previous; the caller has locked the phone."""
    same_phone = (phone_sessions.c.phone == phone) & (phone_sessions.c.session == session)
    values = {"state": state, "expires_at": expires_at}
    if not db.execute(update(phone_sessions).where(same_phone).values(**values)).rowcount:
        db.execute(insert(phone_sessions).values(phone=phone, session=session, **values))


def end_session(db: Connection, phone: str, session: str) -> None:
    query = delete(phone_sessions).where(phone_sessions.c.phone == phone, phone_sessions.c.session == session)
    db.execute(query)


def purge_sessions(db: Connection, now: dt.datetime, unchanged_since: dt.datetime, limit: int) -> int:
    """Delete expired sessions and guard rows no longer needed; return how many."""
    expired = select(phone_sessions.c.phone, phone_sessions.c.session).where(phone_sessions.c.expires_at <= now)
    sessions = db.execute(expired.limit(limit)).all()
    for row in sessions:
        end_session(db, row.phone, row.session)
    unchanged = phone_guards.c.changed_at < unchanged_since
    guards = list(db.scalars(select(phone_guards.c.phone).where(unchanged).limit(limit)))
    purged = (
        db.execute(delete(phone_guards).where(unchanged, phone_guards.c.phone.in_(guards))).rowcount if guards else 0
    )
    return len(sessions) + purged
