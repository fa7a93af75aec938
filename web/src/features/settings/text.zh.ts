import type { TextOf } from '../../i18n/texts.ts';
import type { text as english } from './text.en.ts';

export const text = {
  system: {
    title: '设置',
    notRead: '无法读取设置',
    changed: '修改于<when/>。',
    anonymous: {
      title: '未登录的人',
      words: '项目是否公开由其项目管理员决定。所有登录的人都可以查看公开项目并从中拉取；其他人是否可以，在这里决定。',
      label: '可以查看公开项目并从中拉取',
      nothingPublic: '目前没有公开的项目，因此他们看不到任何内容。',
      visible_other: '任何能访问此地址的人都能看到 {{count}} 个项目：',
      wouldBeVisible_other: '任何能访问此地址的人将能看到 {{count}} 个项目：',
      allow: {
        title: '允许不登录查看？',
        words: '任何能访问此地址的人都可以列出以下项目，并在其公开之处拉取，日志中不会有姓名：',
        action: '允许查看',
        done: '公开项目现已对所有人开放。',
      },
      forbid: {
        title: '要求所有人登录？',
        words: '未登录者打开的页面会立即关闭，不登录的拉取会被拒绝，涉及以下项目：',
        action: '要求登录',
        done: '现在所有人都需要登录。',
      },
    },
    tokenService: {
      title: '令牌服务',
      words:
        'docker 和其他工具在这里用登录信息换取短期令牌，其权限不超过各自的角色。信任 Longshore 的镜像仓库接受这种令牌。',
      address: '令牌服务地址',
      elsewhere: '这是配置中的地址；您是从 {{origin}} 打开本页的。',
      unsure:
        '这是您的浏览器访问 Longshore 的地址；其他人能否通过它访问无法得知。请将 server.publicUrl（LONGSHORE_PUBLIC_URL）设为大家使用的地址。',
      noneTrusts: '还没有信任它的镜像仓库：Longshore 使用各镜像仓库自己的账户访问，或不登录访问。',
      trust_other: '{{count}} 个镜像仓库信任它：',
      lines: '镜像仓库所需的配置内容在其页面的“令牌”部分。',
    },
    keys: {
      title: '签名密钥',
      words: '令牌使用当前密钥签名。其私有部分从不离开服务器。',
      notRead: '无法读取密钥',
      state: { current: '用于签名', previous: '仅受信任' },
      made: '生成于<when/>',
      trustedUntil: '受信任至 {{time}}',
      certificate: '证书',
      rotate: '生成新密钥…',
      rotated: '现在使用新密钥签名。',
      ask: {
        title: '使用新密钥签名？',
        words: '没有镜像仓库通过文件信任 Longshore 的令牌，因此无需在别处修改。',
        wordsRegistries:
          '以下镜像仓库只认识旧密钥。在换上其页面中的新密钥文件并重新启动之前，它们会拒绝新令牌：人员和复制任务都无法访问。',
        signs: '从现在起的令牌都使用新密钥签名',
        old: '已发出的令牌在其几分钟的有效期内仍有效',
        registry: '{{name}} 需要新的密钥文件并重新启动',
        action: '生成新密钥',
      },
    },
  },
} satisfies TextOf<typeof english>;
