import Button from '@mui/material/Button';
import { type ReactNode, useState } from 'react';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import { WarnBox } from '../../ui/WarnBox.tsx';
import { useErrorWords } from '../error-words.ts';
import type { Cause } from '../reasons/reason-text.ts';
import { ReasonText } from '../reasons/ReasonText.tsx';

/** A mutation that is given what the answer is about. */
interface Answer<About> {
  isPending: boolean;
  error: Error | null;
  mutate: (about: About, on: { onSuccess: () => void; onError?: (error: Error) => void }) => void;
}

interface HeldQuestionProps<About> {
  about: About;
  /** Null where each of several has its own. */
  heldBack: Cause | null;
  words: {
    title: string;
    yes: string;
    no: string;
    /** For who may not decide. */
    nobody: string;
    confirmTitle: string;
    confirmLabel: string;
    confirmed: string;
    declined: string;
  };
  /** How many, since when, and the way to the list: a paragraph or several. */
  facts: ReactNode;
  /** What follows from a yes. */
  consequence: ReactNode;
  touched?: readonly ReactNode[];
  typeToConfirm: string;
  mayDecide: boolean;
  confirm: Answer<About>;
  decline: Answer<About>;
}

/** Deletions that are held back because they are many: a person says yes or no. */
export function HeldQuestion<About>(props: HeldQuestionProps<About>) {
  const { about, heldBack, words, facts, consequence, touched, typeToConfirm, mayDecide, confirm, decline } = props;
  const errorWords = useErrorWords();
  const [isAsking, setIsAsking] = useState(false);
  const cause =
    heldBack === null ? null : (
      <p>
        <ReasonText cause={heldBack} />
      </p>
    );
  return (
    <WarnBox
      label={words.title}
      buttons={
        mayDecide ? (
          <>
            <Button variant="contained" color="error" onClick={() => setIsAsking(true)}>
              {words.yes}
            </Button>
            <Button
              variant="outlined"
              disabled={decline.isPending}
              onClick={() =>
                decline.mutate(about, {
                  onSuccess: () => toast({ message: words.declined, tone: 'ok' }),
                  onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }),
                })
              }
            >
              {words.no}
            </Button>
          </>
        ) : (
          words.nobody
        )
      }
    >
      <strong>{words.title}</strong>
      {cause}
      {facts}
      <ConfirmDialog
        isOpen={isAsking}
        title={words.confirmTitle}
        touched={touched ?? []}
        confirmLabel={words.confirmLabel}
        isDangerous
        typeToConfirm={typeToConfirm}
        isBusy={confirm.isPending}
        error={errorWords(confirm.error)}
        onConfirm={() =>
          confirm.mutate(about, {
            onSuccess: () => {
              setIsAsking(false);
              toast({ message: words.confirmed, tone: 'ok' });
            },
          })
        }
        onClose={() => setIsAsking(false)}
      >
        {cause}
        <p>{consequence}</p>
      </ConfirmDialog>
    </WarnBox>
  );
}
