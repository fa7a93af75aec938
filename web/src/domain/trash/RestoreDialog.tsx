import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { useQuery } from '@tanstack/react-query';
import type { RestoreTarget, TrashItem } from 'bff/contract/trash';
import type { Reason } from 'bff/contract/words';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';
import { shortenDigest } from '../digest.ts';
import { useErrorWords } from '../error-words.ts';
import { Cautions } from '../reasons/Cautions.tsx';
import { useReasonText } from '../reasons/reason-text.ts';
import { RegistryChip } from '../RegistryChip.tsx';
import { useRegistryDirectory } from '../registry-directory.ts';
import { initialKind, isTaken, type RestoreFacts, type RestoreKind, targetOf } from './restore-choice.ts';
import { restorePreviewQuery, tagNowQuery } from './trash-queries.ts';
import { nameOf } from './trash-state.ts';
import styles from './trash.module.css';
import { useRestoreToasts } from './use-restore-toasts.ts';

interface RestoreDialogProps {
  item: TrashItem;
  wantedTag?: string;
  onClose: () => void;
}

/** Where to put it back. Load it lazily, with `LazyRestoreDialog`. */
export function RestoreDialog({ item, wantedTag, onClose }: RestoreDialogProps) {
  const { t } = useTranslation(['trash', 'reasons']);
  const errorWords = useErrorWords();
  const reasonText = useReasonText();
  const restore = useRestoreToasts();
  const { registryId, repository, tag, digest, reason } = item;
  const { name, environment } = useRegistryDirectory().find(registryId);
  const query = useQuery({ ...tagNowQuery(registryId, repository, tag ?? ''), enabled: tag !== null });
  const nowDigest = query.data?.now[0]?.digest ?? null;
  const facts: RestoreFacts = { tag, digest, nowDigest };
  const [chosen, setChosen] = useState<RestoreKind>(null);
  const [other, setOther] = useState(wantedTag ?? '');
  const isKnown = tag === null || query.data !== undefined || query.error !== null;
  const kind = chosen ?? (isKnown ? initialKind(facts, wantedTag) : null);
  const target = targetOf(kind, facts, other);
  const cautions = useRestoreCautions(item, target);
  return (
    <ConfirmDialog
      isOpen
      title={t('restore.title', { what: nameOf(item).replace(digest ?? '', shortenDigest(digest ?? '')) })}
      confirmLabel={t('restore.confirm')}
      isBusy={false}
      isIncomplete={target === undefined}
      error={errorWords(query.error)}
      onConfirm={() => {
        if (target === undefined) return;
        restore([item], target);
        onClose();
      }}
      onClose={onClose}
    >
      <div className={styles['stack']}>
        <p className={styles['line']}>
          <RegistryChip name={name} environment={environment} /> <DigestPlain digest={digest ?? ''} />
        </p>
        <p className={styles['muted']}>{t('restore.words')}</p>
        {reason === null ? null : (
          <p className={styles['warn']}>{t('restore.lastTry', { reason: reasonText(reason) })}</p>
        )}
        {isTaken(facts) ? (
          <p className={styles['warn']}>
            <Sentence
              text={t('restore.taken', { tag: tag ?? '' })}
              parts={{ digest: <DigestPlain digest={nowDigest ?? ''} /> }}
            />
          </p>
        ) : null}
        <Cautions cautions={cautions} />
        {isKnown ? (
          <Targets
            facts={facts}
            aliases={item.aliases}
            kind={kind}
            other={other}
            onKind={setChosen}
            onOther={setOther}
          />
        ) : (
          <div className={styles['skeleton']} aria-busy="true" />
        )}
      </div>
    </ConfirmDialog>
  );
}

const PAUSE_MS = 300;

/** That a policy puts something else in its place again. A tag is being typed: it is asked about when that rests. */
function useRestoreCautions({ project, id }: TrashItem, target: RestoreTarget | undefined): readonly Reason[] {
  const rested = useDebounced(target === undefined ? '' : JSON.stringify(target), PAUSE_MS);
  const { data } = useQuery({
    ...restorePreviewQuery(project, id, rested === '' ? { kind: 'digest' } : (JSON.parse(rested) as RestoreTarget)),
    enabled: rested !== '',
  });
  return rested === '' ? [] : (data?.cautions ?? []);
}

interface TargetsProps {
  facts: RestoreFacts;
  aliases: readonly string[];
  kind: RestoreKind;
  other: string;
  onKind: (kind: RestoreKind) => void;
  onOther: (tag: string) => void;
}

function Targets({ facts, aliases, kind, other, onKind, onOther }: TargetsProps) {
  const { t } = useTranslation('trash');
  const id = useId();
  const isWrong = kind === 'tag' && other !== '' && targetOf('tag', facts, other) === undefined;
  const option = (value: Exclude<RestoreKind, null>, label: React.ReactNode, hint?: string) => (
    <FormControlLabel
      value={value}
      control={<Radio size="small" />}
      label={
        <span className={styles['option']}>
          {label}
          {hint === undefined ? null : <span className={styles['muted']}>{hint}</span>}
        </span>
      }
    />
  );
  return (
    <div className={styles['group']}>
      <span id={id} className={styles['legend']}>
        {t('restore.target')}
      </span>
      <RadioGroup
        aria-labelledby={id}
        value={kind ?? ''}
        onChange={(_event, value) => onKind(value as Exclude<RestoreKind, null>)}
      >
        {isTaken(facts)
          ? option(
              'replace',
              <span>
                <Sentence
                  text={t('restore.replace', { tag: facts.tag ?? '' })}
                  parts={{ digest: <DigestPlain digest={facts.nowDigest ?? ''} /> }}
                />
              </span>,
              t('restore.replaceHint'),
            )
          : option('same', sameLabel(t, facts, aliases), sameHint(t, facts, aliases))}
        {option('tag', t('restore.other'))}
        {kind === 'tag' ? (
          <div className={styles['nested']}>
            <Field
              label={t('restore.tag')}
              value={other}
              onChange={(event) => onOther(event.target.value.trim())}
              error={isWrong ? t('restore.tagInvalid') : null}
              autoFocus
              spellCheck={false}
              autoCapitalize="none"
              maxLength={128}
            />
          </div>
        ) : null}
        {option('digest', t('restore.digest'))}
      </RadioGroup>
    </div>
  );
}

type Translate = ReturnType<typeof useTranslation<'trash'>>['t'];

function sameLabel(t: Translate, { tag }: RestoreFacts, aliases: readonly string[]): string {
  if (tag !== null) return t('restore.same', { tag });
  return aliases.length === 0 ? t('restore.sameNoTags') : t('restore.sameTags', { tags: aliases.join(t('row.comma')) });
}

function sameHint(t: Translate, { tag, digest, nowDigest }: RestoreFacts, aliases: readonly string[]) {
  if (tag === null) return aliases.length === 0 ? undefined : t('restore.sameTagsHint');
  return nowDigest === digest ? t('restore.sameThere', { tag }) : undefined;
}

/** Within a label or a sentence, where a button would be in the way. */
function DigestPlain({ digest }: { digest: string }) {
  return (
    <span className={styles['digest']} title={digest}>
      {shortenDigest(digest)}
    </span>
  );
}
