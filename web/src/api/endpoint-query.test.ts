import { QueryClient } from '@tanstack/react-query';
import { listTags } from 'bff/contract/repositories';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { endpointPages, endpointQuery } from './endpoint-query.ts';

afterEach(() => vi.unstubAllGlobals());

describe('the queries of an endpoint', () => {
  it('are reached by its path, whatever their input', async () => {
    const one = endpointQuery(listTags, { query: { repository: 'a/b' } });
    const pages = endpointPages(listTags, { query: { repository: 'a/b' } });
    const client = new QueryClient();
    client.setQueryData(one.queryKey, { items: [], nextCursor: null, total: 0 });
    client.setQueryData(pages.queryKey, { pages: [], pageParams: [] });
    await client.invalidateQueries({ queryKey: [listTags.path], refetchType: 'none' });
    expect(client.getQueryState(one.queryKey)?.isInvalidated).toBe(true);
    expect(client.getQueryState(pages.queryKey)?.isInvalidated).toBe(true);
  });

  it('follow the cursor to the last page', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(url);
      const nextCursor = asked.length === 1 ? 'next' : null;
      return Promise.resolve(new Response(JSON.stringify({ items: [asked.length], nextCursor, total: null })));
    });
    const client = new QueryClient();
    const query = endpointPages(listTags, { query: { repository: 'a/b', limit: 2 } });
    const { pages } = await client.fetchInfiniteQuery({ ...query, pages: 5 });
    expect(pages.map(({ items }) => items)).toEqual([[1], [2]]);
    expect(asked).toEqual([
      '/api/v1/tags?repository=a%2Fb&limit=2',
      '/api/v1/tags?repository=a%2Fb&limit=2&cursor=next',
    ]);
  });
});
