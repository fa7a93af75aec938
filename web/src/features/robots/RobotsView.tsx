import Button from '@mui/material/Button';
import type { Robot } from 'bff/contract/robots';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { ShownOnce } from '../../domain/ShownOnce.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import type { MenuAction } from '../../ui/menu-action.ts';
import { toast } from '../../ui/toast.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { DeleteRobotDialog } from './DeleteRobotDialog.tsx';
import { useRobotColumns } from './robot-columns.tsx';
import { RobotFormDrawer } from './RobotFormDrawer.tsx';
import { type RobotPlace, useLiveRobots, useRobotActions } from './robots-queries.ts';
import { RotateRobotDialog } from './RotateRobotDialog.tsx';

/** `edit` is an account’s id, or this word for a new one. */
export const NEW = 'NEW';
export const robotUrl = { edit: '', rotate: '', remove: '' };
const TWO_LINES_PX = 48;

interface RobotsViewProps {
  place: RobotPlace;
  query: {
    data: { items: readonly Robot[] } | undefined;
    error: Error | null;
    isPending: boolean;
    refetch: () => unknown;
  };
  /** Where the reader may give rights to robots. */
  environments: readonly string[];
  /** And whether that is every environment, also those to come. */
  isEverywhere: boolean;
  mayCreate: boolean;
  addButton: React.ReactNode;
}

/** The robot accounts of a place, and everything that is done with them. */
export function RobotsView({ place, query, environments, isEverywhere, mayCreate, addButton }: RobotsViewProps) {
  const { t } = useTranslation('robots');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(robotUrl);
  // In this component's memory only, and gone with the dialog.
  const [secret, setSecret] = useState<{ loginName: string; secret: string } | null>(null);
  const { update } = useRobotActions(place);
  useLiveRobots(place);
  const mayChange = ({ permissions }: Robot) =>
    mayCreate &&
    permissions.every(({ environments: named }) =>
      named === null ? isEverywhere : named.every((one) => environments.includes(one)),
    );
  const open = (dialog: Partial<typeof robotUrl>) => setUrl(dialog, { replace: false });
  const setDisabled = ({ id, loginName, version, description, permissions, expiresAt }: Robot, isDisabled: boolean) =>
    update.mutate(
      { robotId: id, change: { version, description, permissions, expiresAt, isDisabled } },
      {
        onSuccess: () => toast({ message: t(isDisabled ? 'disabled' : 'enabled', { name: loginName }), tone: 'ok' }),
        onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }),
      },
    );
  const columns = useRobotColumns((robot): readonly MenuAction[] =>
    mayChange(robot)
      ? [
          { key: 'edit', label: t('edit'), onChoose: () => open({ edit: robot.id }) },
          { key: 'rotate', label: t('rotate'), onChoose: () => open({ rotate: robot.id }) },
          {
            key: 'disable',
            label: t(robot.isDisabled ? 'enable' : 'disable'),
            onChoose: () => setDisabled(robot, !robot.isDisabled),
          },
          { key: 'delete', label: t('delete'), onChoose: () => open({ remove: robot.id }) },
        ]
      : [],
  );
  const rows = query.data?.items ?? [];
  const find = (id: string) => rows.find((robot) => robot.id === id && mayChange(robot));
  const [edited, rotated, removed] = [find(url.edit), find(url.rotate), find(url.remove)];
  return (
    <>
      <DataTable
        label={t(place === undefined ? 'title' : 'titleProject')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHeightPx={TWO_LINES_PX}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        empty={
          <EmptyState title={t('empty')} action={addButton}>
            {t(mayCreate ? 'emptyNext' : 'emptyReader')}
          </EmptyState>
        }
      />
      {mayCreate && (url.edit === NEW || edited !== undefined) ? (
        <RobotFormDrawer
          key={url.edit}
          place={place}
          robot={edited}
          environments={environments}
          isEverywhere={isEverywhere}
          onCreated={setSecret}
          onClose={() => setUrl({ edit: '' })}
        />
      ) : null}
      {rotated === undefined ? null : (
        <RotateRobotDialog place={place} robot={rotated} onRotated={setSecret} onClose={() => setUrl({ rotate: '' })} />
      )}
      {removed === undefined ? null : (
        <DeleteRobotDialog place={place} robot={removed} onClose={() => setUrl({ remove: '' })} />
      )}
      {secret === null ? null : (
        <ShownOnce
          title={t('secret.title', { name: secret.loginName })}
          lines={[
            { label: t('secret.label'), text: secret.secret },
            { label: t('secret.login'), text: `docker login ${location.host} --username ${secret.loginName}` },
          ]}
          onClose={() => setSecret(null)}
        >
          <p>{t('secret.words')}</p>
        </ShownOnce>
      )}
    </>
  );
}

export function AddRobotButton() {
  const { t } = useTranslation('robots');
  const [, setUrl] = useUrlState(robotUrl);
  return (
    <Button variant="contained" onClick={() => setUrl({ edit: NEW }, { replace: false })}>
      {t('add')}
    </Button>
  );
}
