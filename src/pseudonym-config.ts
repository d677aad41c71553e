/** The part of the configuration that says what is kept in another form: peppers of hashes, addresses and user agents. */
import type { ConfigFile } from './config-schema.ts';
import { badRequest } from './domain/errors.ts';
import { PersonHashes } from './domain/person-hashes.ts';
import type { RequestStorage } from './enrichment/kept-request.ts';
import { secretText } from './files/secret.ts';

/** A shorter one could be found by trying. */
const MIN_PEPPER_CHARACTERS = 16;

/** @throws bad_request if something is hashed without a pepper, or a pepper is too short. */
export function peppersOf(
  { defaults, brands, ip_storage, customer_id_peppers = [] }: ConfigFile,
  env: NodeJS.ProcessEnv,
): Buffer[] {
  const where = 'config.customer_id_peppers';
  const said = [defaults, ...Object.values(brands ?? {})].flatMap((own) => [
    own?.customer_ids,
    own?.ip_storage,
    own?.user_agent_storage,
  ]);
  if ([ip_storage, ...said].includes('hashed') && customer_id_peppers.length === 0)
    throw badRequest(
      where,
      'is missing: a setting says "hashed"; list one secret, such as {"env": "TRIBUTARY_PEPPER"}',
    );
  return customer_id_peppers.map((secret, i) => {
    const text = secretText(`${where}.${i}`, secret, env);
    if (text.length < MIN_PEPPER_CHARACTERS)
      throw badRequest(
        `${where}.${i}`,
        `has fewer than ${MIN_PEPPER_CHARACTERS} characters; make one with: openssl rand -hex 32`,
      );
    return Buffer.from(text);
  });
}

type BrandFile = NonNullable<ConfigFile['defaults']>;

/** How addresses and user agents are kept: as the brand says, else as `defaults`, else as the installation. */
export function requestStorage({ ip_storage = 'truncated', defaults = {}, brands = {} }: ConfigFile): {
  request_storage: Map<string, RequestStorage>;
  request_storage_default: RequestStorage;
} {
  const over = (own: BrandFile, base: RequestStorage): RequestStorage => ({
    ip: own.ip_storage ?? base.ip,
    agent: own.user_agent_storage ?? base.agent,
  });
  const request_storage_default = over(defaults, { ip: ip_storage, agent: 'full' });
  const said = Object.entries(brands).filter(
    ([, own]) => own.ip_storage !== undefined || own.user_agent_storage !== undefined,
  );
  return {
    request_storage: new Map(said.map(([brand_id, own]) => [brand_id, over(own, request_storage_default)])),
    request_storage_default,
  };
}

/** The hashes of ids of persons; undefined where no brand has them. */
export function personHashes({ peppers }: { peppers: readonly Uint8Array[] }): PersonHashes | undefined {
  return peppers.length === 0 ? undefined : new PersonHashes(peppers);
}
