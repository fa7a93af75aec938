import { useTranslation } from 'react-i18next';
import styles from './registries.module.css';

/** Beside lines for another machine's configuration, where the server cannot know its own address. */
export function AddressNote({ origin }: { origin: string }) {
  const { t } = useTranslation('registries');
  return <p className={styles['warn']}>{t('addressNote', { origin })}</p>;
}
