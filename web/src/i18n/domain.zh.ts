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
    tools: { docker: 'Docker', podman: 'Podman', skopeo: 'skopeo', crictl: 'crictl', kubernetes: 'Kubernetes' },
    by: '拉取方式',
    byTag: '标签',
    byDigest: '摘要',
    via: '经由',
    viaLongshore: 'Longshore',
    viaRegistry: '镜像仓库本身',
    viaRegistryHint: '镜像仓库自己的地址，使用其自己的用户。',
    login: '首先，在每台机器上执行一次：',
    loginSecret: '首先，在每个命名空间中执行一次，并写入 imagePullSecrets：',
    loginLabel: '登录命令',
    loginHint: '密码为您的访问令牌，可在<account>您的账户</account>中创建。',
    loginHintOther: '密码为访问令牌或机器人账户的密钥。',
    insecure: '{{host}} 没有启用 TLS。每台要拉取的机器都需要在 {{file}} 中写入：',
  },
  push: { label: '推送命令' },
  role: {
    'project-admin': '项目管理员',
    maintainer: '维护者',
    developer: '开发者',
    guest: '访客',
    'limited-guest': '受限访客',
    none: '无权访问',
  },
  action: {
    catalog: { read: '列出' },
    artifact: { pull: '拉取', push: '推送', delete: '删除' },
    member: { read: '查看成员' },
    replication: { read: '查看复制' },
    trash: { purge: '清空回收站' },
    project: { manage: '管理' },
    audit: { read: '查看日志' },
  },
  allEnvironments: '所有环境',
  needed: {
    system: '只有系统管理员可以执行此操作。',
    project: '需要在 {{project}} 中具有{{role}}或更高的角色；项目管理员可以授予。',
    environment: '需要在 {{project}} 的{{environment}}环境中具有{{role}}或更高的角色；项目管理员可以授予。',
    members: '查看 {{project}} 的成员',
  },
  settings: { label: '设置', general: '常规', notices: '通知' },
  people: { label: '人员', users: '用户', groups: '用户组', robots: '系统机器人' },
  secret: { onlyNow: '只显示这一次：请在关闭之前复制。', done: '我已复制' },
} satisfies TextOf<typeof english>;
