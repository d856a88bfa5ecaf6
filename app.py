"""Plotihub's Chalice application: names the app and registers the blueprints; no logic."""

from chalice.app import Chalice

from chalicelib.identity.authorizer import authorizers
from chalicelib.identity.routes import identity
from chalicelib.portfolio.routes import portfolio
from chalicelib.web.logs import install

install()
app = Chalice(app_name="plotihub", configure_logs=False)
for blueprint in (authorizers, identity, portfolio):
    app.register_blueprint(blueprint)
