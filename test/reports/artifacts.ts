/** Artifacts made by hand, so that what reports make of them can be worked out on paper. */
import { type Artifact, artifactId, artifactRow, type Content } from '../../src/models/artifacts/artifact.ts';
import type { ReportContext } from '../../src/reports/context.ts';

interface Made {
  content: Content;
  model?: Artifact['model'];
  family?: string;
  brands?: string[];
  /** What the gate found lacking; it passed when this is left out. */
  lacks?: string;
  created_ms?: number;
  settings?: Record<string, unknown>;
}

/** Stores an artifact. @returns its id. */
export async function keepArtifact({ warehouse }: ReportContext, made: Made): Promise<string> {
  const {
    content,
    model = 'data_driven',
    family = 'markov',
    brands = ['default'],
    lacks,
    created_ms = 0,
    settings = {},
  } = made;
  const base = { family, brands, as_of: 'main:1', settings, content };
  const checks =
    lacks === undefined
      ? []
      : [{ check: 'conversions', value: 3, required: 'at least 1000', passed: false, message: lacks }];
  const gate = { passed: lacks === undefined, checks };
  const card = { data: {}, metrics: {}, channels: [], limits: [], warnings: [], gate };
  const artifact: Artifact = { ...base, artifact_id: artifactId(base), model, card, training_ms: 1, created_ms };
  await warehouse.append({ model_artifacts: [artifactRow(artifact)] });
  return artifact.artifact_id;
}

/** What a Markov chain might have learned at the grain of channels. */
export function effects(by_channel: Record<string, number>): Content {
  return {
    form: 'effects',
    naming: { grain: 'channel', split_views: [] },
    states: Object.keys(by_channel),
    effects: Object.values(by_channel),
    conversion_probability: 0.25,
  };
}
