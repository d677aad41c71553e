/**
 * A random order of sending: an experiment whose arms are waves. Everyone gets the email, and chance decides when. So until the next
 * wave is sent, those who wait show what would have happened without it. docs/experiments.md.
 */
import type { Design } from './experiment.ts';

const WAVE = /^wave_\d{1,2}$/;

/** The arm of the wave that is sent as the nth; the first is 1. */
export const waveName = (number: number): string => `wave_${number}`;

/** The number of a wave by the name of its arm. */
export const waveNumber = (arm: string): number => Number(arm.slice('wave_'.length));

/** True for the name of a wave. */
export const isWave = (arm: string): boolean => WAVE.test(arm);

/** True for an experiment about one campaign whose arms are waves. */
export const isSendOrder = ({ arms, campaign_id }: Pick<Design, 'arms' | 'campaign_id'>): boolean =>
  campaign_id !== null && arms.every(({ name }) => isWave(name));
