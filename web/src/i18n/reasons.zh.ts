/**
 * Causes by their code, with the server's parameters in `{…}`; a part in `[…]` is left out where its parameter did not
 * come. A code that is missing here is shown in the server's English.
 */
export const text: Record<string, string> = {
  'connection-refused': '{registry} 拒绝了连接。',
  'connection-lost': '{registry} 在应答之前断开了连接。',
  'name-not-resolved': '找不到 {registry}：主机名 {host} 无法解析。',
  'certificate-untrusted':
    '{registry} 的证书不受信任[（{certificate}）]：请检查地址是 http 还是 https，或为该镜像仓库添加证书颁发机构。',
  timeout: '{registry} 没有及时应答。',
  'too-slow': '{registry} 传输太慢，已让出位置，稍后重试。',
  unauthorized: '{registry} 没有接受用户名和密码，或需要填写。',
  forbidden: '{registry} 不允许此账号执行这项操作[（{repository}）]。',
  'not-found': '{registry} 上没有[ {repository}][ 的 {reference}]这项内容。',
  'not-a-registry': '{registry} 的应答不像镜像仓库：请检查地址。',
  'rate-limited': '{registry} 要求放慢请求。',
  'server-error': '{registry} 自身出错[，状态码 {status}]。',
  'disk-full': '{registry} 的磁盘已满：请先腾出空间再复制。',
  'read-only': '{registry} 目前为只读。',
  'digest-mismatch': '{registry} 收到或给出的内容与摘要不符。',
  'manifest-too-large': '{registry} 给出的清单太大[（{repository}）]。',
  'manifest-invalid': '{registry} 给出的清单无效[（{repository}）]。',
  'manifest-incomplete': '{registry} 缺少清单所引用的部分[（{repository}）]。',
  'sparse-index-refused':
    '{registry} 不接受缺少部分平台的索引（{repository}）：请向那里复制所有平台；如果是 Distribution 3，也可以设置 validation.manifests.indexes.platforms。',
  'no-wanted-platform': '{registry} 的 {digest} 没有任何所需的平台。',
  'answer-too-large': '{registry} 的应答太大，已停止读取。',
  'answer-invalid': '{registry} 的应答无法理解。',
  'own-front-door': '{registry} 就是本控制台自己：请填写它后面的镜像仓库的地址。',
  'redirect-refused': '{registry} 重定向到了不允许的地址。',
  'token-realm-refused': '{registry} 要求把密码发往不允许的地址，因此没有发送。',
  'token-not-made': '没有询问 {registry}：本控制台未能为它签发令牌。',
  unsupported: '{registry} 不支持这项操作[，状态码 {status}]。',
  truncated: '{registry} 的数据没有传完就中断了。',
  'no-longer-owner': '这项工作已由另一个进程接手。',
  aborted: '工作已停止，没有再询问 {registry}。',
  unexpected: '发生了意外情况，详情在服务器日志中。',
  'password-unreadable': '无法读出 {registry} 保存的密码：请重新填写。',

  'catalog-disabled': '{registry} 不列出存储库：新的存储库只能通过通知和复制得知。',
  'catalog-forbidden': '{registry} 不允许此账号列出存储库：请在配置中写明，或允许 registry:catalog:*。',
  'deletion-disabled': '{registry} 不允许删除：请在其配置中将 storage.delete.enabled 设为 true 并重新启动。',
  'delete-forbidden': '{registry} 不允许此账号删除。',
  'delete-by-tag-unsupported':
    '{registry} 只能按摘要删除：要删除多个标签中的一个，Longshore 会先让它指向一个临时清单。',
  'referrers-unsupported': '{registry} 没有引用者接口：签名和 SBOM 保存在备用标签下。',
  'registry-read-only': '{registry} 目前为只读：无法复制到那里。',
  'push-forbidden': '{registry} 不允许此账号推送。',
  'probe-inconclusive': '{registry} 没有给出明确回答；首次使用时即可知道。',
  'probe-failed': '查询 {registry} 时失败，稍后会再次查询。',
  'notifications-not-seen':
    '{registry} 尚未发来通知：新标签要到下次扫描才出现。请在此生成通知密钥，并把内容写入该镜像仓库配置的 notifications.endpoints 中。',

  stopped: '有人停止了它。',
  'server-stopped': '服务器期间停止运行；恢复后会立即继续。',
  'deletion-declined': '有人决定不删除：目标仓库保留该标签。',
  superseded: '已有更新的任务[写入 {tag}]，这一个不再需要，因此没有执行。',
  'kept-different': '{registry} 的 {tag} 已指向其他镜像；按要求保持不变。',
  'registry-removed': '镜像仓库“{registryId}”已从 Longshore 中移除。',
  'source-missing': '{registry} 上没有 {repository}:{reference}，可能已被删除。',
  'same-place': '来源与目标相同：请选择其他镜像仓库、存储库或标签。',
  'not-in-catalog': '目录中还没有 {registry} 的 {repository}:{reference}；复制时会再查询。',
  'tag-moved-meanwhile':
    '{registry} 中 {repository} 的 {tag} 在此期间被移到了 {digest}，因此保持原样。请查看后再决定是否替换。',
  'tag-immutable':
    '{registry} 中 {repository} 的标签 {tag} 受规则“{rule}”保护，保持不变。请复制到其他标签，或请项目管理员移除该规则。',
  'registry-in-maintenance': '{registry} 正在维护，到 {until} 为止[（{message}）]：要复制到那里的内容会等到维护结束。',
  'maintenance-began': '“{registryId}”开始维护；维护结束后复制会继续。',
  'requester-may-not-pull':
    '请求此复制的 {requester} 已无权从 {project} 的 {environment} 环境拉取。有权限的人可以重新运行。',
  'requester-may-not-push':
    '请求此复制的 {requester} 已无权向 {project} 的 {environment} 环境推送。有权限的人可以重新运行。',
  'requester-may-not-delete':
    '请求此删除的 {requester} 已无权在 {project} 的 {environment} 环境中删除。有权限的人可以重新运行。',
  'project-archived': '项目 {project} 已归档，不再接受更改。',
  'deadline-passed': '超过了最长时限，已放弃。',

  differs: '{registry} 的这个标签已指向其他镜像；按策略只报告，保持不变。',
  loses: '{registry} 也是这个标签的主仓库，而且那里的镜像推送得更晚：以它为准。',
  'lost-to-later': '{registry} 也是标签 {tag} 的主仓库，而且那里的镜像推送得更晚：保持不变。',
  'deleted-there': '它在 {registry} 中被删除，而那里也是这个标签的主仓库：这里也随之删除。',
  'kept-newer': '{registry} 的 {tag} 现在已指向其他镜像；保持不变。',
  'trash-deletion-disabled':
    '{registry} 不允许删除，因此没有删除任何内容：请在其配置中将 storage.delete.enabled 设为 true 并重新启动。',
  'trash-gone': '{registry} 已没有 {name}：没有可删除的内容。',
  'trash-moved-before-deletion': '{registry} 的 {name} 在此期间被重新推送；现在的内容不是要删除的内容，保持不变。',
  'trash-immutable': '{name} 受规则“{rule}”保护，保持不变。',
  'trash-needed': '{digest} 属于未被删除的 {parent}：删除会使其不完整。请删除后者。',
  'trash-not-kept': '{registry} 没有保住 {name} 的 {digest}：没有删除任何内容。',
  'trash-kept-broken':
    '{name} 在 {registry} 中已损坏，注册表不再接受以任何标签保存它：现有内容以无标签形式留在原处，只有注册表重新接受时才能恢复。{detail}',
  'trash-lost': '{registry} 已没有为 {name} 保留的内容：它被手动移除，或随存储一起丢失。',
  'trash-tag-taken': '{name} 现在是 {digest}。请选择替换它、使用其他标签，或不带标签恢复。',
  'deletions-held-back': '目标上将有 {count} 个标签被删除，而策略共选中 {tags} 个。一次删除太多：需要有人确认。',
  'name-invalid': '“{name}”不是有效的存储库名称：名称映射得到的名称没有镜像仓库会接受。',
  'name-collision': '{repositories} 在那里都会变成“{name}”：都不复制。',
  'outside-project': '“{name}”不属于项目 {project}，策略不能写到项目之外。',
  'referrers-missing': '镜像已经在那里；引用它的内容（例如签名）还没有。',
  'platforms-missing': '索引已经在那里；它的部分平台还没有。',
  'policy-paused': '策略已暂停；恢复后会继续。',
  'planning-failed': '未能制定计划；原因见服务器日志，稍后会再次尝试。',
  'filters-invalid': '策略的筛选条件无法使用：{cause}',

  'scan-broken': '对 {registry} 的扫描意外结束；下一次会自动开始。',
  'scan-incomplete': '{registry} 的 {repositories} 个存储库中有 {failed} 个无法读取。第一个是 {repository}：{cause}',
  'removals-held-back':
    '{registry} 上已没有 {known} 个已知标签中的 {missing} 个。为防只是存储暂时缺失，这里先保留它们：手动再扫描一次即可移除。',

  'taken-over': '原来的工作进程太久没有消息；由当前进程继续。',
  pinned: '{reference} 的摘要是 {digest}。',
  'pinned-anew': '来源已没有原先确定的镜像：{reference} 现在是 {digest}。',
  planned: '共 {blobs} 个数据块和 {manifests} 个清单，合计 {bytes} 字节。',
  'blob-restarted': '{digest} 需要重新发送：{cause}',
  tagged: '目标上的 {tag} 现在是 {digest}；传输了 {bytes} 字节。',
  pushed: '{digest} 已完整存在于目标；传输了 {bytes} 字节。',
  'up-to-date': '目标已经拥有它；没有传输任何内容。',
};
