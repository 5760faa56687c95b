/*---
description: options are checked by the constructors
flags: [module]
---*/

import { Client, Server } from "xs-web-socket";

assert.throws(RangeError, () => new Client({ port: -1 }));
assert.throws(TypeError, () => new Client({ port: "80" }));
assert.throws(RangeError, () => new Client({ numberOfRetries: -1 }));
assert.throws(RangeError, () => new Client({ url: "wss://device" }));
assert.throws(TypeError, () => new Server({ sslTls: true }));
assert.throws(RangeError, () => new Server({ maxConnections: 0 }));
assert.throws(RangeError, () => new Server({ receiveType: "font/woff" }));
new Client({ port: null, url: "", names: ["a"], unknown: 1 });
