/** The preloaded module that completes the host's `device.network.ws`: attach() of its servers. */

import { provide } from "../network/provide.js";
import { arrivalOf } from "./attach.js";

provide({ attach: arrivalOf });
