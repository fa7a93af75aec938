import type { FormField, PolicyFormValues } from './policy-form.ts';

/** What every part of the editor is given. */
export interface EditorFieldsProps {
  values: PolicyFormValues;
  /** What is wrong, by field, in words. */
  wrong: Readonly<Partial<Record<FormField, string>>>;
  onChange: (change: Partial<PolicyFormValues>) => void;
}
