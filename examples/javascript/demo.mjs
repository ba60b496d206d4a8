// Sends twenty clicks twice, as a service does that heard no answer; they count once:
//   INGEST_KEY=$(cat data/secrets/ingest-key) node examples/javascript/demo.mjs
import { event, gateway } from './tallystream.mjs';

const { GATEWAY = 'http://127.0.0.1:8080', INGEST_KEY } = process.env;
const clicks = Array.from({ length: 20 }, () => event('click', { user_id: 'javascript-example', product_id: 'p1' }));
for (let time = 0; time < 2; time++) {
  const rejected = await gateway(GATEWAY, INGEST_KEY).send(clicks);
  console.log(`sent ${clicks.length} clicks of javascript-example, rejected: ${JSON.stringify(rejected)}`);
}
