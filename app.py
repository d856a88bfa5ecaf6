"""Plotihub's Chalice application: names the app and registers the blueprints; no logic."""

from chalice.app import Chalice

import chalicelib.self_service.jobs  # noqa: F401 - takes the SMS that messaging is sent
from chalicelib import bootstrap
from chalicelib.billing.jobs import billing_jobs
from chalicelib.billing.routes import billing
from chalicelib.delivery.callback_routes import messaging_callbacks
from chalicelib.delivery.jobs import delivery_jobs
from chalicelib.functions import FUNCTIONS
from chalicelib.identity.authorizer import authorizers
from chalicelib.identity.key_jobs import key_jobs
from chalicelib.identity.password_jobs import password_jobs
from chalicelib.identity.routes import identity
from chalicelib.imports.jobs import import_jobs
from chalicelib.imports.routes import XLSX, imports
from chalicelib.leasing.routes import leasing
from chalicelib.ledger.routes import ledger
from chalicelib.maintenance.routes import maintenance
from chalicelib.messaging.code_jobs import code_jobs
from chalicelib.messaging.grant_jobs import grant_jobs
from chalicelib.messaging.routes import messaging
from chalicelib.outreach.jobs import outreach_jobs
from chalicelib.outreach.routes import outreach
from chalicelib.payments.account_routes import accounts
from chalicelib.payments.jobs import lease_account_jobs
from chalicelib.payments.routes import payments
from chalicelib.portfolio.routes import portfolio
from chalicelib.reporting.jobs import reporting_jobs
from chalicelib.reporting.routes import reporting
from chalicelib.runtime.resources import provide
from chalicelib.self_service.routes import commands
from chalicelib.tasks.jobs import task_jobs
from chalicelib.tasks.operator_jobs import operator_jobs
from chalicelib.tasks.routes import tasks
from chalicelib.web.logs import configure_logging
from chalicelib.web.meta_routes import meta
from chalicelib.web.retelling import problem_middleware

configure_logging()
provide(bootstrap.providers())
app = Chalice(app_name="plotihub", configure_logs=False)
app.api.binary_types.append(XLSX)  # API Gateway would take it for text, and spoil it
app.register_middleware(problem_middleware(app), "http")
for blueprint in (
    authorizers, meta, identity, portfolio, ledger, billing, leasing, payments, accounts, tasks, reporting,
    imports, maintenance, messaging, messaging_callbacks, commands, task_jobs, billing_jobs, lease_account_jobs,
    import_jobs, reporting_jobs, delivery_jobs, outreach, outreach_jobs, operator_jobs,
    key_jobs, code_jobs, password_jobs, grant_jobs,
):  # fmt: skip
    app.register_blueprint(blueprint)
# Where AWS looks up the functions that nobody asks over HTTP.
globals().update({name: app.handler_map[name] for name in FUNCTIONS if name in app.handler_map})
