"""Plotihub's Chalice application: names the app and registers the blueprints; no logic."""

from chalice.app import Chalice

import chalicelib.self_service.jobs  # noqa: F401 - takes the SMS that messaging is sent
from chalicelib import bootstrap
from chalicelib.api import RESOURCES
from chalicelib.api.imports import XLSX
from chalicelib.billing.jobs import billing_jobs
from chalicelib.delivery.jobs import delivery_jobs
from chalicelib.functions import FUNCTIONS
from chalicelib.identity.authorizer import authorizers
from chalicelib.identity.key_jobs import key_jobs
from chalicelib.identity.password_jobs import password_jobs
from chalicelib.imports.jobs import import_jobs
from chalicelib.messaging.code_jobs import code_jobs
from chalicelib.messaging.grant_jobs import grant_jobs
from chalicelib.outreach.jobs import outreach_jobs
from chalicelib.payments.jobs import lease_account_jobs
from chalicelib.reporting.jobs import reporting_jobs
from chalicelib.runtime.resources import provide
from chalicelib.tasks.jobs import task_jobs
from chalicelib.tasks.operator_jobs import operator_jobs
from chalicelib.web.logs import configure_logging
from chalicelib.web.retelling import problem_middleware

configure_logging()
provide(bootstrap.providers())
app = Chalice(app_name="plotihub", configure_logs=False)
app.api.binary_types.append(XLSX)  # API Gateway would take it for text, and spoil it
app.register_middleware(problem_middleware(app), "http")
FUNCTION_BLUEPRINTS = (
    authorizers, task_jobs, billing_jobs, lease_account_jobs, import_jobs, reporting_jobs, delivery_jobs,
    outreach_jobs, operator_jobs, key_jobs, code_jobs, password_jobs, grant_jobs,
)  # fmt: skip
for blueprint in (*(resource.routes for resource in RESOURCES), *FUNCTION_BLUEPRINTS):
    app.register_blueprint(blueprint)
# Where AWS looks up the functions that nobody asks over HTTP.
globals().update({name: app.handler_map[name] for name in FUNCTIONS if name in app.handler_map})
