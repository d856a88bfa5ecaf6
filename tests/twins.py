"""Which tests run on SQLite alone: each says the same on MariaDB, and does so in a full run.

MariaDB stays wherever SQL, collation, locks, isolation or constraints are what a test is about. These are about texts,
headers, roles and what people say on a phone; the queries beneath them are tried on both by the tests of their room.
"""

ON_SQLITE_ALONE = (
    "tests/api/test_fresh_sign_in.py",
    "tests/api/test_manners.py",
    "tests/api/test_roles.py",
    "tests/api/test_safe_headers.py",
    "tests/service/self_service/test_manners.py",
    "tests/service/self_service/test_not_me.py",
    "tests/service/self_service/test_objections.py",
    "tests/service/self_service/test_places.py",
    "tests/service/self_service/test_sms.py",
    "tests/service/self_service/test_two_landlords.py",
    "tests/service/self_service/test_ussd.py",
    "tests/service/reminders/test_rendering.py",
    "tests/service/payments/test_lease_closing_sums.py",
    "tests/service/payments/test_notifications.py",
)
