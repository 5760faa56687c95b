/** The preloaded module that completes the host's `device.network.ws`: broadcast() of its servers. */

// Must be first: it completes device.network.ws, which is extended here.
import "../network/network.js";
import { provide } from "../network/provide.js";
import { broadcast } from "./broadcast.js";

provide({ broadcast });
