/** Questions that are under way, and how far the one that began first is. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'preact/hooks';
import { call } from './call.ts';

/** A shorter wait needs no sign. */
const CALM_MS = 1_000;
const AGAIN_MS = 500;

interface Now {
  step: 'waiting' | 'people' | 'query' | null;
  done: number | null;
  total: number | null;
}

/** By id, when it began. */
const running = new Map<string, number>();
const listeners = new Set<() => void>();

/** Asks with an id of its own, so that the server can be asked how far it is. */
export async function callWithProgress<T>(address: string, signal: AbortSignal): Promise<T> {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join('');
  running.set(id, performance.now());
  tell();
  try {
    return await call<T>(address, { signal, headers: { 'x-progress-id': id } });
  } finally {
    running.delete(id);
    tell();
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** The question that has been under way longest, once it takes longer than {@link CALM_MS}. */
function useLongest(): string | undefined {
  const [longest, setLongest] = useState<string>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      clearTimeout(timer);
      const [first] = running;
      const wait = first === undefined ? 0 : first[1] + CALM_MS - performance.now();
      setLongest(wait <= 0 ? first?.[0] : undefined);
      if (wait > 0) timer = setTimeout(look, wait);
    };
    listeners.add(look);
    look();
    return () => {
      listeners.delete(look);
      clearTimeout(timer);
    };
  }, []);
  return longest;
}

/** How far the longest question is; undefined while none takes long. */
export function useProgress(): Now | undefined {
  const id = useLongest();
  const { data } = useQuery({
    queryKey: ['progress', id],
    queryFn: ({ signal }) => call<Now>(`/v1/progress/${id}`, { signal }),
    enabled: id !== undefined,
    refetchInterval: AGAIN_MS,
    gcTime: 0,
    retry: false,
  });
  return id === undefined ? undefined : (data ?? { step: 'query', done: null, total: null });
}
