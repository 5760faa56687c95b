/** The preloaded module that completes the host's `device.network.ws`. */

import { provide } from "./provide.js";

provide();
