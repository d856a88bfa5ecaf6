"""Plotihub's Chalice application: names the app and registers the blueprints; no logic."""

from chalice.app import Chalice

from chalicelib.identity.authorizer import authorizers
from chalicelib.identity.routes import identity
from chalicelib.ledger.routes import ledger
from chalicelib.portfolio.routes import portfolio
from chalicelib.tasks.jobs import task_jobs
from chalicelib.tasks.routes import tasks
from chalicelib.web.logs import install

install()
app = Chalice(app_name="plotihub", configure_logs=False)
for blueprint in (authorizers, identity, portfolio, ledger, tasks, task_jobs):
    app.register_blueprint(blueprint)
