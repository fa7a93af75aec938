import i18next, { type BackendModule, type ResourceKey } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { isolated } from './plain-text.ts';
import { detectLanguage, type Language, rememberLanguage } from './language.ts';

type TextModule = () => Promise<ResourceKey>;
const shared = import.meta.glob<ResourceKey>('./*.{en,zh}.ts', { import: 'text' });
const features = import.meta.glob<ResourceKey>('../features/*/text.{en,zh}.ts', { import: 'text' });

/** The file of a namespace: `common` and `domain` lie here, every other one in the feature of its name. */
function findText(language: string, namespace: string): TextModule | undefined {
  const suffix = language === 'zh-CN' ? 'zh' : 'en';
  return shared[`./${namespace}.${suffix}.ts`] ?? features[`../features/${namespace}/text.${suffix}.ts`];
}

const textFiles: BackendModule = {
  type: 'backend',
  callbackApi: false,
  init: () => undefined,
  // oxlint-disable-next-line typescript/no-misused-promises -- The type knows only callbacks; see `callbackApi`.
  read: (language: string, namespace: string) => {
    const load = findText(language, namespace);
    if (load === undefined) throw new Error(`There is no text "${namespace}" in ${language}.`);
    return load();
  },
};

/** Loads the words of the shell in the person's language; those of a feature follow with the feature. */
export async function startI18n(language: Language = detectLanguage()): Promise<void> {
  i18next.on('languageChanged', (changed) => {
    document.documentElement.lang = changed;
  });
  await i18next
    .use(textFiles)
    .use(initReactI18next)
    .init({
      lng: language,
      // Both languages have every key (checked by type and by test), so nothing is loaded twice.
      fallbackLng: false,
      load: 'currentOnly',
      ns: ['common', 'domain'],
      defaultNS: 'common',
      // React escapes markup; what is left to do is to keep other people’s text from turning the words around it.
      interpolation: { escapeValue: true, escape: isolated },
      returnNull: false,
    });
}

/** For route loaders: the words are under way while the page's code is. */
export async function loadText(namespace: string): Promise<void> {
  await i18next.loadNamespaces(namespace);
}

export async function changeLanguage(language: Language): Promise<void> {
  rememberLanguage(language);
  await i18next.changeLanguage(language);
}
