type Language = 'en' | 'zh';
type Words = (registry: string) => string;

/**
 * Causes that pass by themselves, without what a registry said itself: that may name another project's repository, and it is
 * English. The screen says the same.
 */
const words: Readonly<Record<Language, Readonly<Record<string, Words>>>> = {
  en: {
    'connection-refused': (registry) => `${registry} refused the connection.`,
    'connection-lost': (registry) => `${registry} closed the connection before it had answered.`,
    unreachable: (registry) => `${registry} cannot be reached: nothing answers at its address.`,
    'name-not-resolved': (registry) => `${registry} cannot be found: its name does not resolve.`,
    timeout: (registry) => `${registry} did not answer in time.`,
    'too-slow': (registry) => `${registry} is too slow.`,
    'rate-limited': (registry) => `${registry} asks to slow down.`,
    'server-error': (registry) => `${registry} failed.`,
    unavailable: (registry) => `${registry} is not available.`,
    'disk-full': (registry) => `${registry} has no space left on its disk: free some before copying there.`,
    'read-only': (registry) => `${registry} is read-only at present.`,
  },
  zh: {
    'connection-refused': (registry) => `${registry} 拒绝了连接。`,
    'connection-lost': (registry) => `${registry} 在应答之前断开了连接。`,
    unreachable: (registry) => `无法连接 ${registry}：该地址没有应答。`,
    'name-not-resolved': (registry) => `找不到 ${registry}：主机名无法解析。`,
    timeout: (registry) => `${registry} 没有及时应答。`,
    'too-slow': (registry) => `${registry} 传输太慢。`,
    'rate-limited': (registry) => `${registry} 要求放慢请求。`,
    'server-error': (registry) => `${registry} 自身出错。`,
    unavailable: (registry) => `${registry} 目前不可用。`,
    'disk-full': (registry) => `${registry} 的磁盘已满：请先腾出空间再复制。`,
    'read-only': (registry) => `${registry} 目前为只读。`,
  },
};

export function troubleWords(code: string, registry: string, language: Language): string | undefined {
  return words[language][code]?.(registry);
}
