/** What the package exports as `tributary/email`: instruments emails where they are made, without a server. */
export { instrument, type LocalOptions } from './local.ts';
export { type NodemailerOptions, tributaryLinks } from './nodemailer.ts';
