import type { Promotion } from 'bff/contract/promotions';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DigestText } from '../../domain/DigestText.tsx';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { nameInProject, paths } from '../../paths.ts';
import { Sentence } from '../../ui/Sentence.tsx';
import styles from './promotions.module.css';

/** Which tag and which image of it. */
export function PromotedTag({ promotion }: { promotion: Promotion }) {
  const { repository, tag, digest, source } = promotion;
  return (
    <span className={styles['tag']}>
      <Link to={paths.artifact(repository, tag, { registry: source.registryId })} title={`${repository}:${tag}`}>
        <ReferenceText repository={nameInProject(repository)} reference={tag} />
      </Link>
      <DigestText digest={digest} />
    </span>
  );
}

/** From where to where; an undo stays where it is. */
export function PromotionRoute({ promotion: { kind, source, environment } }: { promotion: Promotion }) {
  const { t } = useTranslation('promotions');
  return (
    <span className={styles['route']}>
      {kind === 'undo' ? (
        <Sentence text={t('putBackIn')} parts={{ environment: <EnvironmentChip environment={environment} /> }} />
      ) : (
        <>
          <EnvironmentChip environment={source.environment} />
          <span aria-label={t('to')} role="img">
            →
          </span>
          <EnvironmentChip environment={environment} />
        </>
      )}
    </span>
  );
}
