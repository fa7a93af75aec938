import Button from '@mui/material/Button';
import type { Registry } from 'bff/contract/registries';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { AddressNote } from './AddressNote.tsx';
import { useRegistryActions } from './registry-queries.ts';
import styles from './registries.module.css';

/** When the registry last told of a push, and the lines that make it tell. */
export function RegistryNotifications({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const canManage = useCan('registry.manage');
  const errorWords = useErrorWords();
  const [isAsking, setIsAsking] = useState(false);
  const { makeSecret } = useRegistryActions(registry.id);
  const { notifiedAt } = registry.catalog;
  const { name } = registry;
  return (
    <section className={styles['section']} aria-labelledby="registry-notifications">
      <div className={styles['sectionHead']}>
        <h2 id="registry-notifications">{t('detail.notifications')}</h2>
      </div>
      {notifiedAt === null ? (
        <p className={styles['muted']}>{t('detail.neverNotified')}</p>
      ) : (
        <dl className={styles['facts']}>
          <dt>{t('detail.notified')}</dt>
          <dd>
            <RelativeTime instant={notifiedAt} />
          </dd>
        </dl>
      )}
      {registry.managedBy === 'configuration' ? (
        <p className={styles['muted']}>{t('detail.linesConfiguration')}</p>
      ) : canManage ? (
        <Button variant="outlined" sx={{ mt: 1 }} onClick={() => setIsAsking(true)}>
          {t(notifiedAt === null ? 'detail.makeLines' : 'detail.makeLinesAgain')}
        </Button>
      ) : null}
      {makeSecret.data === undefined ? null : (
        <div role="status">
          <p className={styles['warn']}>{t('detail.lines', { name })}</p>
          {makeSecret.data.isAddressSure ? null : <AddressNote origin={new URL(makeSecret.data.url).origin} />}
          <div className={styles['yaml']}>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Scrolled sideways with the keyboard too. */}
            <pre tabIndex={0}>{makeSecret.data.configurationYaml}</pre>
            <CopyButton text={makeSecret.data.configurationYaml} label={t('detail.linesLabel')} />
          </div>
        </div>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t('detail.makeLinesConfirm.title', { name })}
        confirmLabel={t('detail.makeLinesConfirm.action')}
        isBusy={makeSecret.isPending}
        error={errorWords(makeSecret.error)}
        onConfirm={() => makeSecret.mutate(undefined, { onSuccess: () => setIsAsking(false) })}
        onClose={() => setIsAsking(false)}
      >
        <p>{t('detail.makeLinesConfirm.body')}</p>
      </ConfirmDialog>
    </section>
  );
}
