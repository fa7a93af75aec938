import { useMutation, useQueryClient } from '@tanstack/react-query';
import { listProjects } from 'bff/contract/projects';
import { getTokenConfiguration, listRegistries } from 'bff/contract/registries';
import { getSession } from 'bff/contract/session';
import { getSettings, listSigningKeys, rotateSigningKey, updateSettings } from 'bff/contract/settings';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';

const PROJECTS_READ = 500;

export const settingsQuery = () => endpointQuery(getSettings, {});
export const signingKeysQuery = () => endpointQuery(listSigningKeys, {});
export const registriesQuery = () => endpointQuery(listRegistries, {});
/** The same address is in the lines of every registry. */
export const tokenConfigurationQuery = (registryId: string) =>
  endpointQuery(getTokenConfiguration, { params: { registryId } });
/** Enough to name what becomes visible; an administrator sees every project. */
export const projectsQuery = () => endpointQuery(listProjects, { query: { sort: 'name', limit: PROJECTS_READ } });

export function useSettingsActions() {
  const client = useQueryClient();
  return {
    save: useMutation({
      mutationFn: (body: { version: number; allowsAnonymous: boolean }) => call(updateSettings, { body }),
      onSuccess: (settings) => client.setQueryData(settingsQuery().queryKey, settings),
      // Also after a refusal: somebody else changed them, and what is shown is old.
      onSettled: () => {
        for (const { path } of [getSettings, getSession]) void client.invalidateQueries({ queryKey: [path] });
      },
    }),
    rotate: useMutation({
      mutationFn: () => call(rotateSigningKey, {}),
      onSuccess: (keys) => client.setQueryData(signingKeysQuery().queryKey, keys),
    }),
  };
}
