/** The result of training: the content of an artifact, and the card that says how far to trust it. */
import type { Artifact } from '../artifacts/artifact.ts';

export type Trained = Pick<Artifact, 'family' | 'content' | 'card'>;

/** Every card says this. A fit on past data cannot know what would have happened otherwise. */
export const NOT_CAUSAL = 'model-based, not causal: nothing here was checked against holdouts';
