/** `tributary mcp` where nobody answers: what goes wrong is a message, and the key goes in clear to this machine only. */
import { expect, test } from 'vitest';
import { cli } from './harness.ts';

const KEY = { TRIBUTARY_MCP_KEY: 'a-key-of-the-tests' };

test('a line that is no JSON and a server that is away are answered with errors; a notification with nothing', async () => {
  const ping = '{"jsonrpc":"2.0","id":"five","method":"ping"}';
  const answers = ['{', '', '{"jsonrpc":"2.0","method":"notifications/initialized"}', ping];
  const { out, err, code } = await cli(['mcp', '--url', 'http://127.0.0.1:9'], { env: KEY, answers });
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line)).map(({ id, error }) => [id, error.code])).toEqual([
    [null, -32700],
    ['five', -32603],
  ]);
  expect([err, code]).toEqual(['', 0]);
  expect(out).not.toContain(KEY.TRIBUTARY_MCP_KEY);
});

test('an address without https and a missing key are refused', async () => {
  const refusal = async (url: string, env: Record<string, string>) => (await cli(['mcp', '--url', url], { env })).err;
  expect(await refusal('http://tributary.example', KEY)).toContain('must be an address with https');
  expect(await refusal('https://tributary.example', {})).toContain('TRIBUTARY_MCP_KEY');
});
