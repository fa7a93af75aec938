import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Registry } from 'bff/contract/registries';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CommandLine } from '../../domain/CommandLine.tsx';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { AddressNote } from './AddressNote.tsx';
import { tokenConfigurationQuery } from './registry-queries.ts';
import styles from './registries.module.css';

/** Whether the registry trusts this console's tokens, and the lines that make it. */
export function RegistryTokens({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const canManage = useCan('registry.manage');
  const [isOpen, setIsOpen] = useState(false);
  const { trustsLongshore, username, name } = registry;
  const kind = trustsLongshore ? 'trusts' : username === null ? 'open' : 'trustsNot';
  return (
    <section className={styles['section']} aria-labelledby="registry-tokens">
      <div className={styles['sectionHead']}>
        <h2 id="registry-tokens">{t('tokens.title')}</h2>
        <StatusDot tone={trustsLongshore ? 'ok' : 'neutral'} label={t(`tokens.${kind}`)} />
        <span className={styles['grow']} />
        {canManage ? (
          <Button variant="outlined" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {t(isOpen ? 'tokens.hideLines' : 'tokens.showLines')}
          </Button>
        ) : null}
      </div>
      <p className={styles['muted']}>{t(`tokens.${kind}Words`, { name })}</p>
      {isOpen ? <Lines registryId={registry.id} trusts={trustsLongshore} /> : null}
    </section>
  );
}

function Lines({ registryId, trusts }: { registryId: string; trusts: boolean }) {
  const { t } = useTranslation('registries');
  const errorWords = useErrorWords();
  const { data, error, refetch } = useQuery(tokenConfigurationQuery(registryId));
  if (data === undefined) {
    if (error === null) return <div className={styles['skeleton']} aria-busy="true" />;
    return <ErrorState title={t('tokens.notRead')} error={errorWords(error)} onRetry={() => void refetch()} />;
  }
  const ofVersion3 = (
    <>
      <File name={t('tokens.file.jwks')} words={t('tokens.fileWords.jwks')} text={data.jwks} />
      <File name="config.yml" words={t('tokens.fileWords.config')} text={data.version3Yaml} />
    </>
  );
  const ofVersion2 = (
    <>
      <File name={t('tokens.file.certificate')} words={t('tokens.fileWords.certificate')} text={data.certificatePem} />
      <File name="config.yml" words={t('tokens.fileWords.config')} text={data.version2Yaml} />
    </>
  );
  return (
    <div className={styles['tokenLines']}>
      {data.isAddressSure ? null : <AddressNote origin={new URL(data.realm).origin} />}
      <Tabs
        label={t('tokens.version')}
        parameter="distribution"
        tabs={[
          { key: '3', label: 'Distribution 3', content: () => ofVersion3 },
          { key: '2.8', label: 'Distribution 2.8', content: () => ofVersion2 },
        ]}
      />
      <p className={styles['muted']}>{t(trusts ? 'tokens.afterTrusts' : 'tokens.after')}</p>
    </div>
  );
}

function File({ name, words, text }: { name: string; words: string; text: string }) {
  return (
    <div className={styles['file']}>
      <p>
        <strong>{name}</strong> <span className={styles['muted']}>{words}</span>
      </p>
      <CommandLine text={text} label={name} />
    </div>
  );
}
