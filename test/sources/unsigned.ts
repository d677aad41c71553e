/** A source of a provider that does not sign: its configuration, and the proof that a delivery gives. */
export const PATH = '/v1/sources/hook/a-path-that-nobody-can-guess';
export const UNSIGNED = {
  path_token: 'a-path-that-nobody-can-guess',
  basic_auth: { user: 'esp', password: 'password-of-the-tests' },
};
export const PASSWORD = { authorization: `Basic ${Buffer.from('esp:password-of-the-tests').toString('base64')}` };
