import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import styles from './artifacts.module.css';
import { prettyJson, SHOWN_CHARACTERS } from './json-text.ts';

interface JsonViewProps {
  title: string;
  /** What it is, for the copy button and screen readers. */
  label: string;
  /** As the registry holds it; it is copied unchanged, because its digest is of these bytes. */
  text: string;
}

export function JsonView({ title, label, text }: JsonViewProps) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  const pretty = useMemo(() => prettyJson(text), [text]);
  const isCut = pretty.length > SHOWN_CHARACTERS;
  return (
    <section>
      <div className={styles['jsonHead']}>
        <h3>{title}</h3>
        <CopyButton text={text} label={label} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- It scrolls, so the keyboard has to reach it. */}
      <pre className={styles['json']} tabIndex={0} role="region" aria-label={`${title}: ${label}`}>
        {isCut ? pretty.slice(0, SHOWN_CHARACTERS) : pretty}
      </pre>
      {isCut ? (
        <p className={styles['quiet']}>
          {t('manifest.tooLong', { shown: format.bytes(SHOWN_CHARACTERS), total: format.bytes(pretty.length) })}
        </p>
      ) : null}
    </section>
  );
}
