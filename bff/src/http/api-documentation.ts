import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Router } from 'express';

/** The files of Swagger UI that the page needs; the package brings many megabytes more. */
const swaggerFiles = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** It styles itself with attributes and shows icons as data: addresses; scripts come from here alone, none is inline. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Longshore API</title>
    <link rel="icon" href="/api/v1/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/api/v1/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/api/v1/docs/swagger-ui-bundle.js"></script>
    <script src="/api/v1/docs/start.js"></script>
  </body>
</html>
`;

const startScript = `SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  filter: true,
});
`;

/**
 * `/openapi.json` and `/docs`, open to everyone: they say what any installation of this version says. The document is
 * made when it is first asked for; its generator is not loaded before.
 */
export function apiDocumentation(version: string): Router {
  const router = Router();
  let document: Promise<string> | undefined;
  router.get('/openapi.json', async (_request, response) => {
    document ??= import('./openapi-document.ts').then(({ openApiDocument }) =>
      JSON.stringify(openApiDocument(version), null, 2),
    );
    response.type('application/json').send(await document);
  });
  router.get('/docs', (_request, response) => {
    response.setHeader('content-security-policy', pagePolicy).type('html').send(page);
  });
  router.get('/docs/start.js', (_request, response) => {
    response.type('text/javascript').send(startScript);
  });
  router.get('/docs/:file', async (request, response, next) => {
    const { file } = request.params;
    if (!swaggerFiles.includes(file)) {
      next();
      return;
    }
    const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
    response.setHeader('cache-control', 'public, max-age=86400');
    response.type(path.extname(file)).send(await readFile(path.join(folder, file)));
  });
  return router;
}
