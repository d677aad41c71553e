/** The part of the configuration that is about machine traffic. */
import { MS_PER_DAY } from './domain/time.ts';
import { type Static, Type } from './domain/typebox.ts';
import { type MachineRules, machineRules, NETWORK_SCOPES, type NetworkScope } from './enrichment/machine-rules.ts';
import { checkNetworks, type NetworkList } from './enrichment/networks.ts';
import { DEFAULT_SETTLE_SETTINGS, type SettleSettings } from './log/settlement/settings.ts';

const closed = { additionalProperties: false } as const;
const Score = Type.Number({ minimum: 1, maximum: 1_000_000 });

export const MachineTraffic = Type.Object(
  {
    /** What each reason adds to the score of a click, by its code. */
    weights: Type.Optional(Type.Record(Type.String(), Type.Number({ minimum: -1_000_000, maximum: 1_000_000 }))),
    suspect: Type.Optional(Score),
    bot: Type.Optional(Score),
    /** Lists of networks from which machines come. */
    networks: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String(),
            cidrs: Type.Union([
              Type.Array(Type.String(), { maxItems: 100_000 }),
              Type.Object({ file: Type.String({ minLength: 1 }) }, closed),
            ]),
            scope: Type.Optional(Type.Unsafe<NetworkScope>({ type: 'string', enum: [...NETWORK_SCOPES] })),
          },
          closed,
        ),
        { maxItems: 1_000 },
      ),
    ),
    settle_seconds: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
    window_days: Type.Optional(Type.Number({ minimum: 0, maximum: 36_500 })),
    rules: Type.Optional(Type.Boolean()),
  },
  closed,
);

/** Checks the settings and fills in the defaults. @throws bad_request with the setting at fault. */
export function readMachineTraffic({
  weights,
  suspect,
  bot,
  networks = [],
  settle_seconds,
  window_days,
  rules,
}: Static<typeof MachineTraffic>): { machine_rules: MachineRules; networks: NetworkList[]; settling: SettleSettings } {
  const lists = networks.map(({ scope = 'both', ...list }) => ({ ...list, scope }) as NetworkList);
  checkNetworks(lists);
  return {
    machine_rules: machineRules({
      networks: lists,
      ...(weights === undefined ? {} : { weights }),
      ...(suspect === undefined ? {} : { suspect }),
      ...(bot === undefined ? {} : { bot }),
    }),
    networks: lists,
    settling: {
      rules: rules ?? DEFAULT_SETTLE_SETTINGS.rules,
      settle_ms: settle_seconds === undefined ? DEFAULT_SETTLE_SETTINGS.settle_ms : settle_seconds * 1_000,
      window_ms: window_days === undefined ? DEFAULT_SETTLE_SETTINGS.window_ms : window_days * MS_PER_DAY,
    },
  };
}
