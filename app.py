"""Plotihub's Chalice application: names the app and registers the blueprints; no logic."""

from chalice.app import Chalice

from chalicelib import bootstrap, reminders
from chalicelib.access.authorizer import authorizers
from chalicelib.access.key_jobs import key_jobs
from chalicelib.access.password_jobs import password_jobs
from chalicelib.access.sign_in_code_jobs import code_jobs
from chalicelib.api import RESOURCES
from chalicelib.api.imports import XLSX
from chalicelib.delivery.jobs import delivery_jobs
from chalicelib.delivery.tracking import INCOMING_SMS_HANDLERS
from chalicelib.functions import FUNCTIONS
from chalicelib.imports.jobs import import_jobs
from chalicelib.lease_accounts.jobs import lease_account_jobs
from chalicelib.messaging import RENDERERS
from chalicelib.messaging.grant_jobs import grant_jobs
from chalicelib.notices.jobs import notice_jobs
from chalicelib.payments.jobs import payment_jobs
from chalicelib.reminders.jobs import reminder_jobs
from chalicelib.reminders.model import REMINDER_KINDS
from chalicelib.reporting.jobs import reporting_jobs
from chalicelib.runtime.resources import provide
from chalicelib.self_service.jobs import handle_sms, self_service_jobs
from chalicelib.tasks.jobs import task_jobs
from chalicelib.tasks.operator_jobs import operator_jobs
from chalicelib.tasks.registry import REGISTRY
from chalicelib.web.chalice_errors import problem_middleware
from chalicelib.web.idempotency_jobs import idempotency_jobs
from chalicelib.web.logs import configure_logging

configure_logging()
provide(bootstrap.providers())
app = Chalice(app_name="plotihub", configure_logs=False)
app.api.binary_types.append(XLSX)  # API Gateway would decode it as text, and corrupt it
app.register_middleware(problem_middleware(app), "http")
FUNCTION_BLUEPRINTS = (
    task_jobs, idempotency_jobs, payment_jobs, lease_account_jobs, import_jobs, reporting_jobs, delivery_jobs,
    reminder_jobs, notice_jobs, self_service_jobs, operator_jobs, key_jobs, code_jobs, password_jobs, grant_jobs,
)  # fmt: skip
app.register_blueprint(authorizers)
for resource in RESOURCES:
    app.register_blueprint(resource.routes)
for functions in FUNCTION_BLUEPRINTS:
    app.register_blueprint(functions)
    REGISTRY.register(functions)
RENDERERS.update(dict.fromkeys(REMINDER_KINDS, reminders.render_reminders))
INCOMING_SMS_HANDLERS.append(handle_sms)
# Where AWS looks up the functions that are not called over HTTP.
globals().update({name: app.handler_map[name] for name in FUNCTIONS if name in app.handler_map})
