/*---
description: messages beyond the send queue are discarded, one with a key replaces that which waits, and all are counted
flags: [module]
---*/

import { Client } from "xs-web-socket";

const client = new Client({ sendQueueSize: 64, sendType: "text/plain" });
assert.sameValue(client.send("x".repeat(30)), "queued");
assert.sameValue(client.send("x".repeat(30)), "discarded");
assert.sameValue(client.send("x".repeat(20), { key: "k" }), "queued");
assert.sameValue(client.send("y", { key: "k" }), "queued");
client.on("error", () => {});
client.close();

const { accepted, sent, waiting, lost, replaced, discarded } = client.counters;
assert.sameValue(accepted, 3);
assert.sameValue(replaced, 1);
assert.sameValue(discarded, 1);
assert.sameValue(accepted, sent + waiting + lost + replaced);
assert.sameValue(lost, 2);
