import { useTranslation } from 'react-i18next';
import { SettingsTabs } from '../../domain/SettingsTabs.tsx';
import { Page } from '../../ui/Page.tsx';
import styles from './system.module.css';
import { SystemAnonymous } from './SystemAnonymous.tsx';
import { SystemSigningKeys } from './SystemSigningKeys.tsx';
import { SystemTokenService } from './SystemTokenService.tsx';

/** What holds for the whole console. */
export function SystemSettingsPage() {
  const { t } = useTranslation('settings');
  return (
    <Page title={t('system.title')} toolbar={<SettingsTabs />}>
      <div className={styles['settings']}>
        <SystemAnonymous />
        <SystemTokenService />
        <SystemSigningKeys />
      </div>
    </Page>
  );
}
