import { Router } from 'express';
import * as contract from '../../contract/search.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import { readSearchWords } from './search-words.ts';
import type { FoundTag, SearchView } from './search.view.ts';

export function searchRoutes({ view }: { readonly view: SearchView }): Router {
  const router = Router();
  mountEndpoint(router, contract.search, async ({ query }) => {
    const words = readSearchWords(query.q);
    const tags =
      words.tag === undefined
        ? await view.findTags(words.text)
        : await view.findTagsOf(words.tag.repository, words.tag.name);
    return {
      projects: words.tag === undefined ? await view.findProjects(words.text) : [],
      repositories: words.tag === undefined ? await view.findRepositories(words.text) : [],
      tags: tags.map(tagOf),
      digests:
        words.digestPrefix === undefined
          ? []
          : (await view.findDigests(words.digestPrefix)).map((entry) => ({ ...entry, tags: [...entry.tags] })),
    };
  });
  return router;
}

function tagOf({ repository, name, registryIds, pushedAt }: FoundTag) {
  return { repository, name, registryIds: [...registryIds], pushedAt: pushedAt?.toISOString() ?? null };
}
