"use strict";
// The address is relative, so that the page also works behind a stage's or a proxy's prefix.
window.ui = SwaggerUIBundle({
  url: "v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "none",
  tryItOutEnabled: true,
  validatorUrl: null, // no other host is asked
});
