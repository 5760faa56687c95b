/** The preloaded module that completes the host's `device.network.ws`: broadcast() of its servers. */

import { provide } from "../network/provide.js";
import { broadcast } from "./broadcast.js";

provide({ broadcast });
