import type { Response } from 'express';
import type { Caller } from './caller.ts';
import type { FrontDoorDeps, PublicOrigin } from './front-door-deps.ts';
import { pageSize } from './reads.ts';

const pageMax = 1000;

/** What the caller may pull, over all registries; a token that names places shows no others. */
export async function listRepositories(
  { listRepositories: list }: Pick<FrontDoorDeps, 'listRepositories'>,
  { subject, grants }: Caller,
  query: URLSearchParams,
  { prefix }: PublicOrigin,
  response: Response,
): Promise<void> {
  const limit = Math.min(pageSize(query) ?? pageMax, pageMax);
  const only =
    grants === null || grants.length === 0
      ? null
      : grants.filter(({ actions }) => actions.includes('pull')).map(({ name }) => name);
  const found = limit === 0 ? [] : await list({ subject, only, after: query.get('last'), limit: limit + 1 });
  const repositories = found.slice(0, limit);
  const last = repositories.at(-1);
  const body = Buffer.from(JSON.stringify({ repositories }));
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...(found.length > limit && last !== undefined
      ? { link: `<${prefix}/v2/_catalog?last=${encodeURIComponent(last)}&n=${limit}>; rel="next"` }
      : {}),
  });
  response.end(body);
}
