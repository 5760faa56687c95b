/** The preloaded module that replaces the name servers in `device.network.ws` of the SDK's WebSocketClient by the network's own. */

import { dns, provide } from "../network/provide.js";

provide({ dns });
