/** The settings of settling, by which messages are judged again when later events arrive. */
export interface SettleSettings {
  /** False turns settling off. Reports then leave out the verdicts that were settled before. */
  rules: boolean;
  /** How long after its arrival an event waits for others of its message. */
  settle_ms: number;
  /** An event that arrives longer than this after it happened changes no verdicts. */
  window_ms: number;
}

export const DEFAULT_SETTLE_SETTINGS: SettleSettings = {
  rules: true,
  settle_ms: 30_000,
  window_ms: 90 * 86_400_000,
};
