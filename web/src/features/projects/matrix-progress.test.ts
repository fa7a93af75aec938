import { QueryClient } from '@tanstack/react-query';
import { getMatrix, type MatrixRow } from 'bff/contract/projects';
import { expect, it } from 'vitest';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { showProgress } from './matrix-progress.ts';

const figures = (bytesDone: number) => ({ id: 't1', bytesDone, bytesTotal: 10 });
const rowWith = (bytesDone: number): MatrixRow => ({
  repository: 'a/b',
  tag: '1',
  pushedAt: null,
  sizeBytes: null,
  platforms: [],
  cells: [
    {
      state: 'copying',
      digest: null,
      sizeBytes: null,
      pushedAt: null,
      pushedBy: null,
      task: figures(bytesDone),
      trash: null,
    },
  ],
});

it('moves the figures in the pages of a project and in the rows that the home page has of it', () => {
  const client = new QueryClient();
  const page = { columns: [], items: [rowWith(1)], nextCursor: null, total: 1 };
  const pages = endpointPages(getMatrix, { params: { project: 'a' } }).queryKey;
  const home = endpointQuery(getMatrix, { params: { project: 'a' }, query: { limit: 5 } }).queryKey;
  client.setQueryData(pages, { pages: [page], pageParams: [null] });
  client.setQueryData(home, page);
  showProgress(client, figures(7));
  expect(client.getQueryData(pages)).toMatchObject({ pages: [{ items: [rowWith(7)] }] });
  expect(client.getQueryData(home)).toMatchObject({ items: [rowWith(7)] });
  const shown = client.getQueryData(home);
  showProgress(client, { ...figures(9), id: 'another' });
  expect(client.getQueryData(home)).toBe(shown);
});
