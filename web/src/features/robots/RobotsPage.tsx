import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../domain/account.ts';
import { PeopleTabs } from '../../domain/PeopleTabs.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { Page } from '../../ui/Page.tsx';
import { systemRobotsQuery } from './robots-queries.ts';
import { AddRobotButton, RobotsView } from './RobotsView.tsx';

/** Robot accounts of no project: a mirror, a cluster that pulls from several. */
export function RobotsPage() {
  const { t } = useTranslation('robots');
  const mayManage = useCan('user.manage');
  const query = useQuery(systemRobotsQuery());
  const { registries } = useRegistryDirectory();
  const environments = [...new Set(registries.map(({ environment }) => environment))];
  const addButton = mayManage ? <AddRobotButton /> : undefined;
  return (
    <Page
      title={t('title')}
      fill
      facts={query.data === undefined ? undefined : <span>{t('facts', { count: query.data.items.length })}</span>}
      action={addButton}
      toolbar={<PeopleTabs />}
    >
      <RobotsView
        place={undefined}
        query={query}
        environments={environments}
        isEverywhere
        mayCreate={mayManage}
        addButton={addButton}
      />
    </Page>
  );
}
