import type { TFunction } from 'i18next';

const known = ['development', 'testing', 'staging', 'production'] as const;

/** An environment's name in the page's language, if it is one of the usual four; else as people wrote it. */
export function environmentName(t: TFunction<['common', 'domain']>, environment: string): string {
  const name = known.find((one) => one === environment);
  return name === undefined ? environment : t(`domain:environment.${name}`);
}

/** The same within a sentence: a name as people wrote it stands apart from Chinese words. */
export function environmentInSentence(t: TFunction<['common', 'domain']>, environment: string): string {
  const name = environmentName(t, environment);
  return name === environment ? t('domain:asWritten', { name }) : name;
}
