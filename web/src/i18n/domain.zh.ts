import type { text as english } from './domain.en.ts';
import type { TextOf } from './texts.ts';

export const text = {
  environment: {
    development: '开发',
    testing: '测试',
    staging: '预发布',
    production: '生产',
  },
  digest: {
    copy: '复制摘要 {{digest}}',
    copied: '已复制',
  },
  platforms: {
    more_other: '另外 {{count}} 个平台：{{names}}',
  },
  health: {
    up: '可连接',
    degraded: '部分可用',
    down: '无法连接',
    unknown: '尚未检查',
  },
  pull: {
    label: '拉取命令',
    tools: { docker: 'Docker', podman: 'Podman', skopeo: 'skopeo', kubernetes: 'Kubernetes' },
    by: '拉取方式',
    byTag: '标签',
    byDigest: '摘要',
    copy: '复制 {{tool}} 命令',
    insecure: '此镜像仓库没有启用 TLS。每台要拉取的机器都需要在 {{file}} 中写入：',
    noHost: '您无权得知此镜像仓库的地址。',
  },
  push: {
    label: '推送命令',
    copy: '复制推送命令',
  },
} satisfies TextOf<typeof english>;
