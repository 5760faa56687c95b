/**
 * The two examples of https://accessors.org/wiki/Version1/WebSocket, unchanged except that `require` is
 * replaced by `import`, which device apps use. The client connects to port 8080 of the same device.
 */

import "./console.js";
import "./client.js";
import "./server.js";
