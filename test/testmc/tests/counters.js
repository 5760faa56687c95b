/*---
description: messages beyond the send queue are discarded, and all are counted
flags: [module]
---*/

import { Client } from "xs-web-socket";

const client = new Client({ sendQueueSize: 64, sendType: "text/plain" });
assert.sameValue(client.send("x".repeat(30)), "queued");
assert.sameValue(client.send("x".repeat(30)), "discarded");
assert.sameValue(client.send("x".repeat(20)), "queued");
client.on("error", () => {});
client.close();

const { accepted, sent, waiting, lost, discarded } = client.counters;
assert.sameValue(accepted, 2);
assert.sameValue(discarded, 1);
assert.sameValue(accepted, sent + waiting + lost);
assert.sameValue(lost, 2);
