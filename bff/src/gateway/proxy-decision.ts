import type { Request, Response } from 'express';
import type { ForwardingEndpoint } from '../registry-client/index.ts';
import type { Callers } from './caller.ts';
import { answerItYourself, type AskedAbout, isForProxy } from './decision.ts';
import type { FrontDoorRegistry } from './front-door-deps.ts';
import { OciError, sendOciError } from './oci-error.ts';
import { actionOf, authorize } from './permission.ts';
import { upstreamPath } from './reads.ts';
import { parseTarget } from './request-target.ts';
import { refuseInMaintenance, uploadPath, type WriteParts } from './writes.ts';

interface DecisionParts {
  readonly deps: WriteParts['deps'] & {
    readonly findRegistry: (registryId: string) => Promise<FrontDoorRegistry | undefined>;
  };
  readonly callers: Callers;
  readonly parts: WriteParts;
}

/**
 * Where nginx may carry a request, and with what proof. Everything else, refusals included, is 403: it then sends the
 * request on to the console, which decides again and says and records why.
 */
export function answerQuestion(parts: DecisionParts, asked: AskedAbout, request: Request, response: Response): void {
  decide(parts, asked, request)
    .then(({ endpoint, path, authorization }) => {
      response.writeHead(204, {
        'cache-control': 'no-store',
        'x-longshore-upstream': endpoint.origin,
        'x-longshore-path': `${endpoint.basePath}${path}`,
        ...(authorization === undefined ? {} : { 'x-longshore-authorization': authorization }),
      });
      response.end();
    })
    .catch((error: unknown) => {
      const code = error instanceof OciError ? error.code : 'UNAVAILABLE';
      sendOciError(response, new OciError(403, code, 'The console answers this itself.'));
    });
}

async function decide({ deps, callers, parts }: DecisionParts, { method, rawUrl }: AskedAbout, request: Request) {
  const target = parseTarget(rawUrl);
  if ((target.kind !== 'blob' && target.kind !== 'upload') || !isForProxy(method, target.kind)) {
    throw answerItYourself();
  }
  const caller = await callers.of(request.headers.authorization, request.ip ?? '');
  const verdict = await authorize(deps, caller, actionOf(method, target.kind), target);
  const registry = await deps.findRegistry(target.registryId);
  if (registry === undefined || verdict !== 'allowed') throw answerItYourself();
  const endpoints = registry.client.forwardingEndpoints();
  let path = '';
  let endpoint: ForwardingEndpoint | undefined;
  if (target.kind === 'upload') {
    refuseInMaintenance(parts, registry);
    const upload = uploadPath(parts, { caller }, target);
    path = upload.path;
    endpoint = endpoints.find(({ origin }) => origin === upload.endpoint);
  } else {
    path = upstreamPath(target);
    endpoint = endpoints[0];
  }
  // Nginx trusts the machine's authorities and knows no others.
  if (endpoint === undefined || endpoint.caPem !== undefined) throw answerItYourself();
  await endpoint.learn();
  const scope = `repository:${target.repository}:${target.kind === 'upload' ? 'pull,push' : 'pull'}`;
  return { endpoint, path, authorization: await endpoint.authorize([scope]) };
}
