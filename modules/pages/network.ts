/** The preloaded module that completes the host's `device.network.ws`: pages for its servers. */

import { provide } from "../network/provide.js";
import { makePages } from "./pages.js";

provide({ pages: makePages });
