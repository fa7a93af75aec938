import packageManifest from '../package.json' with { type: 'json' };

export const { version } = packageManifest;
