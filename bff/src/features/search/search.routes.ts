import { Router } from 'express';
import * as contract from '../../contract/search.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import { readSearchWords } from './search-words.ts';
import type { FoundTag, SearchView } from './search.view.ts';

export function searchRoutes({ view }: { readonly view: SearchView }): Router {
  const router = Router();
  mountEndpoint(router, contract.search, async ({ query }, { access }) => {
    const words = readSearchWords(query.q);
    const scope = await access.scope('catalog.read');
    const tags =
      words.tag === undefined
        ? await view.findTags(words.text, scope)
        : await view.findTagsOf(words.tag.repository, words.tag.name, scope);
    const digests = words.digestPrefix === undefined ? [] : await view.findDigests(words.digestPrefix, scope);
    return {
      projects: words.tag === undefined ? await view.findProjects(words.text, scope) : [],
      repositories: words.tag === undefined ? await view.findRepositories(words.text, scope) : [],
      tags: tags.map(tagOf),
      digests: digests.map((entry) => ({ ...entry, tags: [...entry.tags] })),
    };
  });
  return router;
}

function tagOf({ repository, name, registryIds, pushedAt }: FoundTag) {
  return { repository, name, registryIds: [...registryIds], pushedAt: pushedAt?.toISOString() ?? null };
}
