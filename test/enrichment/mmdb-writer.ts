/**
 * The smallest writer of MaxMind DB files (format 2.0, 24-bit records), so that tests go through the real reader.
 * https://maxmind.github.io/MaxMind-DB/
 */
export type MmdbValue = string | number | boolean | MmdbValue[] | { [key: string]: MmdbValue };

type Node = [Branch, Branch];
type Branch = Node | { data: number } | null;

/** @param networks CIDR -> record; IPv4 networks go where readers of an IPv6 tree look for them (::/96). */
export function writeMmdb(networks: Record<string, MmdbValue>, ip_version: 4 | 6 = 6): Buffer {
  const root: Node = [null, null];
  const data: Buffer[] = [];
  let data_length = 0;
  for (const [cidr, record] of Object.entries(networks)) {
    const encoded = encode(record);
    insert(root, bitsOf(cidr, ip_version), { data: data_length });
    data.push(encoded);
    data_length += encoded.length;
  }
  const nodes = flatten(root);
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((node, index) => {
    node.forEach((branch, side) => {
      tree.writeUIntBE(pointer(branch, nodes), index * 6 + side * 3, 3);
    });
  });
  const metadata = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version,
    database_type: 'Test',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    description: { en: 'written by a test' },
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]);
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
}

function bitsOf(cidr: string, ip_version: 4 | 6): number[] {
  const [address = '', length = '0'] = cidr.split('/');
  const is_v4 = address.includes('.');
  const bytes = is_v4 ? address.split('.').map(Number) : v6Bytes(address);
  const prefix = is_v4 && ip_version === 6 ? new Array<number>(96).fill(0) : [];
  const bits = bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => (byte >> shift) & 1));
  return [...prefix, ...bits.slice(0, Number(length))];
}

function v6Bytes(address: string): number[] {
  const [head = '', tail = ''] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const middle = new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
}

function insert(root: Node, bits: number[], leaf: Branch): void {
  let node = root;
  bits.forEach((bit, depth) => {
    if (depth === bits.length - 1) {
      node[bit] = leaf;
      return;
    }
    const existing = node[bit];
    const next: Node = Array.isArray(existing) ? existing : [null, null];
    node[bit] = next;
    node = next;
  });
}

function flatten(root: Node): Node[] {
  const nodes: Node[] = [root];
  for (const node of nodes) for (const branch of node) if (Array.isArray(branch)) nodes.push(branch);
  return nodes;
}

function pointer(branch: Branch, nodes: Node[]): number {
  if (branch === null) return nodes.length;
  return Array.isArray(branch) ? nodes.indexOf(branch) : nodes.length + 16 + branch.data;
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0, 14 - 7]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([value.length, 11 - 7]), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, item]) => [encode(key), encode(item)])]);
}

function control(type: number, size: number): Buffer {
  return size < 29 ? Buffer.from([(type << 5) | size]) : Buffer.from([(type << 5) | 29, size - 29]);
}
