import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  createNotice,
  createProjectNotice,
  deleteNotice,
  deleteProjectNotice,
  listNoticeDeliveries,
  listNotices,
  listProjectNoticeDeliveries,
  listProjectNotices,
  type Notice,
  redeliverNotice,
  redeliverProjectNotice,
  renewNoticeSecret,
  renewProjectNoticeSecret,
  testNotice,
  testProjectNotice,
  updateNotice,
  updateProjectNotice,
} from 'bff/contract/notices';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import type { NoticeBody } from './notice-form.ts';

/** A project; undefined for the whole console. */
export type NoticePlace = string | undefined;

export const projectNoticesQuery = (project: string) => endpointQuery(listProjectNotices, { params: { project } });
export const noticesQuery = () => endpointQuery(listNotices, {});

/** As it is now; undefined where it is gone. */
export async function readNotice(client: QueryClient, place: NoticePlace, id: string): Promise<Notice | undefined> {
  const { items } =
    place === undefined
      ? await client.fetchQuery({ ...noticesQuery(), staleTime: 0 })
      : await client.fetchQuery({ ...projectNoticesQuery(place), staleTime: 0 });
  return items.find((notice) => notice.id === id);
}

const projectDeliveriesQuery = (project: string, noticeId: string) =>
  endpointQuery(listProjectNoticeDeliveries, { params: { project, noticeId } });
const systemDeliveriesQuery = (noticeId: string) => endpointQuery(listNoticeDeliveries, { params: { noticeId } });

/** Each of the two is one query; their answers have the same shape. */
export const deliveriesQueries = (place: NoticePlace, noticeId: string) => ({
  ofProject: { ...projectDeliveriesQuery(place ?? '', noticeId), enabled: place !== undefined },
  ofSystem: { ...systemDeliveriesQuery(noticeId), enabled: place === undefined },
});

interface Change extends NoticeBody {
  version: number;
  /** Left out: as it is. */
  isDisabled?: boolean;
}

/** What can be done with the notices of a place. Secrets are in the answers only: nothing of them is kept in a cache. */
export function useNoticeActions(place: NoticePlace) {
  const client = useQueryClient();
  const onSettled = async () => {
    const lists =
      place === undefined ? [listNotices, listNoticeDeliveries] : [listProjectNotices, listProjectNoticeDeliveries];
    await Promise.all(lists.map(({ path }) => client.invalidateQueries({ queryKey: [path] })));
  };
  const own = place ?? '';
  return {
    create: useMutation({
      mutationFn: (body: NoticeBody & { channel: 'webhook' | 'mail' }) =>
        place === undefined
          ? call(createNotice, { body })
          : call(createProjectNotice, { params: { project: own }, body }),
      onSettled,
      gcTime: 0,
    }),
    update: useMutation({
      mutationFn: ({ noticeId, change }: { noticeId: string; change: Change }) =>
        place === undefined
          ? call(updateNotice, { params: { noticeId }, body: change })
          : call(updateProjectNotice, { params: { project: own, noticeId }, body: change }),
      onSettled,
    }),
    renew: useMutation({
      mutationFn: (noticeId: string) =>
        place === undefined
          ? call(renewNoticeSecret, { params: { noticeId } })
          : call(renewProjectNoticeSecret, { params: { project: own, noticeId } }),
      onSettled,
      gcTime: 0,
    }),
    remove: useMutation({
      mutationFn: (noticeId: string) =>
        place === undefined
          ? call(deleteNotice, { params: { noticeId } })
          : call(deleteProjectNotice, { params: { project: own, noticeId } }),
      onSettled,
    }),
    test: useMutation({
      mutationFn: (noticeId: string) =>
        place === undefined
          ? call(testNotice, { params: { noticeId } })
          : call(testProjectNotice, { params: { project: own, noticeId } }),
      onSettled,
    }),
    redeliver: useMutation({
      mutationFn: ({ noticeId, deliveryId }: { noticeId: string; deliveryId: string }) =>
        place === undefined
          ? call(redeliverNotice, { params: { noticeId, deliveryId } })
          : call(redeliverProjectNotice, { params: { project: own, noticeId, deliveryId } }),
      onSettled,
    }),
  };
}
