import type { TextOf } from '../../i18n/texts.ts';
import type { text as english } from './text.en.ts';

export const text = {
  title: '搜索',
  placeholder: '搜索项目、存储库、标签、摘要…',
  hint: '也可以输入“存储库:标签”或摘要的开头',
  recent: '最近打开',
  projects: '项目',
  repositories: '存储库',
  tags: '标签',
  digests: '摘要',
  results: '搜索结果',
  repositoryCount_other: '{{count, number}} 个存储库',
  tagCount_other: '{{count, number}} 个标签',
  found_other: '{{count, number}} 个结果',
  searching: '正在搜索…',
  none: '没有与“{{query}}”匹配的内容',
  noneNext: '试试名称的一部分、“存储库:标签”，或摘要的前几个字符。',
  start: '输入项目、存储库、标签或摘要的一部分。',
  untagged: '无标签',
  failed: '搜索未能完成：{{reason}}',
  keys: '↑ ↓ 选择 · Enter 打开 · Esc 关闭',
} satisfies TextOf<typeof english>;
