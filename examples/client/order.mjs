// Sends an order and asks what its revenue is credited to.
//
//   npm install tributary
//   TRIBUTARY_URL=http://127.0.0.1:8400 TRIBUTARY_WRITE_KEY=trb_write_… TRIBUTARY_READ_KEY=trb_read_… node order.mjs ORD_1 149.99
import { createClient, RecordRefused } from 'tributary/client';

const { TRIBUTARY_URL = 'http://127.0.0.1:8400', TRIBUTARY_WRITE_KEY = '', TRIBUTARY_READ_KEY = '' } = process.env;
const [order_id = 'ORD_1', value = '149.99'] = process.argv.slice(2);

const writer = createClient({ url: TRIBUTARY_URL, key: TRIBUTARY_WRITE_KEY });
const reader = createClient({ url: TRIBUTARY_URL, key: TRIBUTARY_READ_KEY });

try {
  const { accepted, ids } = await writer.send('conversions', {
    // Sent twice, it counts once.
    conversion_id: order_id,
    order_id,
    customer_id: 'customer-1',
    conversion_type: 'purchase',
    conversion_value: value,
    currency: 'USD',
    occurred_at: new Date().toISOString(),
  });
  console.log(`${accepted} accepted: ${ids.join(', ')}`);
} catch (error) {
  if (!(error instanceof RecordRefused)) throw error;
  console.error(`the order was refused, its field ${error.field}: ${error.message}`);
  process.exit(1);
}

// Reports show an event after it is loaded, usually within a second. Only an example waits for that.
await writer.post('/v1/flush');
const report = await reader.get('/v1/reports/attribution', { query: { model: 'linear', group_by: 'channel' } });
// With `models` in place of `model`, the answer has a list of models instead.
if (!('summary' in report)) throw new Error('one model was asked for');
const { total_revenue, total_attributed_revenue } = report.summary;
console.log(`revenue ${total_revenue} ${report.currency}, of which touches earned ${total_attributed_revenue}`);
for (const { channel, attributed_revenue } of report.channel_attribution)
  console.log(`${channel}: ${attributed_revenue} ${report.currency}`);
