/** The server's own sentence is the English of every reason. */
export const text: Record<string, string> = {};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    reasons: typeof text;
  }
}
