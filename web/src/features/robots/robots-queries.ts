import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  createProjectRobot,
  createRobot,
  deleteProjectRobot,
  deleteRobot,
  listProjectRobots,
  listRobots,
  type Robot,
  rotateProjectRobot,
  rotateRobot,
  updateProjectRobot,
  updateRobot,
} from 'bff/contract/robots';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import type { RobotBody } from './robot-form.ts';

/** Of a project; undefined for those of the system. */
export type RobotPlace = string | undefined;

export const projectRobotsQuery = (project: string) => endpointQuery(listProjectRobots, { params: { project } });
export const systemRobotsQuery = () => endpointQuery(listRobots, {});

/** Robots are changed by other people as well. */
export function useLiveRobots(place: RobotPlace): void {
  const client = useQueryClient();
  useStreamEvent('project', ({ project }) => {
    if (project === place) void client.invalidateQueries({ queryKey: [listProjectRobots.path] });
  });
  useStreamEvent('access', () => {
    if (place === undefined) void client.invalidateQueries({ queryKey: [listRobots.path] });
  });
}

interface Change extends RobotBody {
  version: number;
  isDisabled: boolean;
}

/** What can be done with the robots of a place. Secrets are in the answers only: nothing of them is kept in a cache. */
export function useRobotActions(place: RobotPlace) {
  const client = useQueryClient();
  const onSettled = () =>
    client.invalidateQueries({ queryKey: [place === undefined ? listRobots.path : listProjectRobots.path] });
  return {
    create: useMutation({
      mutationFn: (body: RobotBody & { name: string }) =>
        place === undefined
          ? call(createRobot, { body })
          : call(createProjectRobot, { params: { project: place }, body }),
      onSettled,
      gcTime: 0,
    }),
    update: useMutation({
      mutationFn: ({ robotId, change }: { robotId: string; change: Change }) =>
        place === undefined
          ? call(updateRobot, { params: { robotId }, body: change })
          : call(updateProjectRobot, { params: { project: place, robotId }, body: change }),
      onSettled,
    }),
    rotate: useMutation({
      mutationFn: ({ robotId, overlapHours }: { robotId: string; overlapHours: number }) =>
        place === undefined
          ? call(rotateRobot, { params: { robotId }, body: { overlapHours } })
          : call(rotateProjectRobot, { params: { project: place, robotId }, body: { overlapHours } }),
      onSettled,
      gcTime: 0,
    }),
    remove: useMutation({
      mutationFn: (robotId: string) =>
        place === undefined
          ? call(deleteRobot, { params: { robotId } })
          : call(deleteProjectRobot, { params: { project: place, robotId } }),
      onSettled,
    }),
  };
}

/** The account as it is now, for an edit that was refused because somebody else changed it. */
export function useReadRobot(place: RobotPlace) {
  const client = useQueryClient();
  return async (robotId: string): Promise<Robot | undefined> => {
    const { items } =
      place === undefined
        ? await client.fetchQuery({ ...systemRobotsQuery(), staleTime: 0 })
        : await client.fetchQuery({ ...projectRobotsQuery(place), staleTime: 0 });
    return items.find(({ id }) => id === robotId);
  };
}
