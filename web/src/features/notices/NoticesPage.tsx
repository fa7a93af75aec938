import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SettingsTabs } from '../../domain/SettingsTabs.tsx';
import { Page } from '../../ui/Page.tsx';
import { noticesQuery } from './notices-queries.ts';
import { AddNoticeButton, NoticesView } from './NoticesView.tsx';

/** Notices about every copy, whatever project it is of. */
export function NoticesPage() {
  const { t } = useTranslation('notices');
  const query = useQuery(noticesQuery());
  return (
    <Page title={t('title')} fill action={<AddNoticeButton />} toolbar={<SettingsTabs />}>
      <NoticesView place={undefined} query={query} addButton={<AddNoticeButton />} />
    </Page>
  );
}
