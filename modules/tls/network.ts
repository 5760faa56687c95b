/** The preloaded module that completes the host's `device.network.wss`: TLS over the host's own TCP sockets. */

// Must be first: it completes device.network.ws, whose classes are used here.
import "../network/network.js";
import "./chain.js";
import { provideSecure } from "./provide.js";
import { settings } from "./settings.js";
import { TlsSocket } from "./tlssocket.js";

provideSecure({ io: TlsSocket, settings });
