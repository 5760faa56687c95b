/**
 * The two examples of https://accessors.org/wiki/Version1/WebSocket, as they stand there; only `require` has become
 * `import`, which is what device apps have. The client looks for a server on port 8080 of the same device.
 */

import "./console.js";
import "./client.js";
import "./server.js";
